#include "host/affinity_mask.hh"

#include <sched.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstddef>
#include <vector>

namespace volley {

namespace {

constexpr std::size_t word_bits = sizeof(unsigned long) * CHAR_BIT;
constexpr std::size_t most_words = 65536 / word_bits;  // as many as a CpuList may name

// The kernel's mask is an array of unsigned long; glibc expects it as a cpu_set_t.
cpu_set_t* as_cpu_set(std::vector<unsigned long>& mask) {
    return reinterpret_cast<cpu_set_t*>(mask.data());
}

}  // namespace

std::optional<CpuList> affinity_mask_of(pid_t thread, std::size_t first_words) {
    std::vector<unsigned long> mask(first_words);
    while (::sched_getaffinity(thread, mask.size() * sizeof(unsigned long), as_cpu_set(mask)) !=
           0) {
        if (errno != EINVAL || mask.size() >= most_words) {
            return std::nullopt;
        }
        mask.assign(std::max<std::size_t>(mask.size() * 2, 1), 0);
    }
    CpuList cpus;
    for (std::size_t cpu = 0; cpu < mask.size() * word_bits; ++cpu) {
        if ((mask[cpu / word_bits] >> (cpu % word_bits) & 1U) != 0) {
            cpus.push_back(static_cast<int>(cpu));
        }
    }
    return cpus;
}

int set_affinity_mask(pid_t thread, const CpuList& cpus) {
    std::vector<unsigned long> mask(usual_mask_words);
    for (const int cpu : cpus) {
        const auto bit = static_cast<std::size_t>(cpu);
        if (cpu < 0 || bit >= most_words * word_bits) {
            return EINVAL;
        }
        mask.resize(std::max(mask.size(), bit / word_bits + 1));
        mask[bit / word_bits] |= 1UL << (bit % word_bits);
    }
    return ::sched_setaffinity(thread, mask.size() * sizeof(unsigned long), as_cpu_set(mask)) == 0
               ? 0
               : errno;
}

}  // namespace volley
