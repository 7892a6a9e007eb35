// Is there a hypervisor or a container between this process and the machine, and which?
//
// Kept apart from environment.cc because it is guesswork from many hints, of which each system
// leaves others. A name is as common use has it ("kvm", "vmware", "docker"); where only the fact is
// known, "hypervisor" or "container".
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "host/system_files.hh"

namespace volley {

struct Virtualization {
    std::optional<std::string> hypervisor;
    std::optional<std::string> container;
};
[[nodiscard]] Virtualization detect_virtualization(const SystemFiles& files);

// "docker on kvm", "docker", "kvm" or "none".
[[nodiscard]] std::string to_string(const Virtualization& virtualization);
// Whether such a text names a hypervisor, and not only a container.
[[nodiscard]] bool names_hypervisor(std::string_view virtualization);

}  // namespace volley
