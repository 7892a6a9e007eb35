// Detects the hypervisor and the container, if any, between this process and the machine.
//
// Kept apart from environment.cc because it guesses from many hints, and each system leaves
// different ones. Names are the common ones ("kvm", "vmware", "docker"); "hypervisor" or
// "container" if only the fact is known.
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
