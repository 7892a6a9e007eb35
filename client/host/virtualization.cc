#include "host/virtualization.hh"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

namespace volley {

namespace {

struct Hint {
    std::string_view text;  // in lower case
    std::string_view name;
    bool on_machines = false;  // bare machines have this text too ("Amazon EC2" metal)
};

constexpr std::array<Hint, 15> hypervisor_hints{{
    {"vmware", "vmware"},
    {"virtualbox", "virtualbox"},
    {"innotek", "virtualbox"},
    {"xen", "xen"},
    {"bhyve", "bhyve"},
    {"parallels", "parallels"},
    {"microsoft", "hyper-v", true},
    {"hyperv", "hyper-v"},
    {"apple", "apple", true},
    {"kvm", "kvm"},
    {"qemu", "qemu"},
    {"google compute", "kvm", true},
    {"amazon", "kvm", true},  // Nitro; the older Xen machines name Xen
    {"openstack", "kvm"},
    {"haltpoll", "kvm"},  // an idle driver that only KVM guests load
}};

constexpr std::array<Hint, 7> container_hints{{
    {"docker", "docker"},
    {"kubepods", "kubernetes"},
    {"libpod", "podman"},
    {"lxc", "lxc"},
    {"machine.slice/machine-", "systemd-nspawn"},
    {"containerd", "containerd"},
    {"garden", "garden"},
}};

template <std::size_t size>
const Hint* matching(const std::array<Hint, size>& hints, std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
    const auto found = std::find_if(hints.begin(), hints.end(), [&](const Hint& hint) {
        return text.find(hint.text) != std::string::npos;
    });
    return found == hints.end() ? nullptr : &*found;
}

// On x86 a CPU flag marks a guest; elsewhere only names reveal a hypervisor.
bool has_hypervisor_flag(const SystemFiles& files) {
    const std::string cpuinfo = files.text("/proc/cpuinfo").value_or("");
    const std::string flags = value_of(cpuinfo, "flags", ':').value_or("");
    return (" " + flags + " ").find(" hypervisor ") != std::string::npos;
}

// Names the hypervisor, from the most reliable source first. DMI names that bare machines have too
// count only together with the flag.
std::optional<std::string> name_of_hypervisor(const SystemFiles& files, bool flagged) {
    for (const char* file : {"/sys/hypervisor/type", "/proc/device-tree/hypervisor/compatible",
                             "/sys/devices/system/clocksource/clocksource0/available_clocksource",
                             "/sys/devices/system/cpu/cpuidle/current_driver",
                             "/sys/class/dmi/id/product_name", "/sys/class/dmi/id/sys_vendor",
                             "/sys/class/dmi/id/board_vendor", "/sys/class/dmi/id/bios_vendor"}) {
        const Hint* const found = matching(hypervisor_hints, files.line(file).value_or(""));
        if (found != nullptr && (flagged || !found->on_machines)) {
            return std::string(found->name);
        }
    }
    return std::nullopt;
}

std::optional<std::string> detect_hypervisor(const SystemFiles& files) {
    const std::string kernel = files.line("/proc/sys/kernel/osrelease").value_or("");
    if (kernel.find("WSL") != std::string::npos || kernel.find("Microsoft") != std::string::npos) {
        return "wsl";
    }
    const bool flagged = has_hypervisor_flag(files);
    if (const auto name = name_of_hypervisor(files, flagged)) {
        return name;
    }
    return flagged ? std::optional<std::string>("hypervisor") : std::nullopt;
}

std::optional<std::string> detect_container(const SystemFiles& files) {
    if (files.exists("/.dockerenv")) {
        return "docker";
    }
    if (files.exists("/run/.containerenv")) {
        return "podman";
    }
    if (files.exists("/proc/vz") && !files.exists("/proc/bc")) {
        return "openvz";
    }
    if (const auto name = files.line("/run/systemd/container"); name && !name->empty()) {
        return name;
    }
    // In a control-group namespace this is "/", and without privileges nothing more can be found
    // out.
    const Hint* const found = matching(container_hints, files.text("/proc/1/cgroup").value_or(""));
    return found == nullptr ? std::nullopt : std::optional<std::string>(found->name);
}

}  // namespace

Virtualization detect_virtualization(const SystemFiles& files) {
    return {.hypervisor = detect_hypervisor(files), .container = detect_container(files)};
}

std::string to_string(const Virtualization& virtualization) {
    if (virtualization.container && virtualization.hypervisor) {
        return *virtualization.container + " on " + *virtualization.hypervisor;
    }
    return virtualization.container.value_or(virtualization.hypervisor.value_or("none"));
}

bool names_hypervisor(std::string_view virtualization) {
    // Container names come from the container and can be anything; hypervisor names come from here.
    const std::size_t on = virtualization.rfind(" on ");
    const std::string_view name =
        on == std::string_view::npos ? virtualization : virtualization.substr(on + 4);
    return name == "wsl" || name == "hypervisor" ||
           std::any_of(hypervisor_hints.begin(), hypervisor_hints.end(),
                       [&](const Hint& hint) { return hint.name == name; });
}

}  // namespace volley
