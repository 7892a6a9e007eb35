// Seeded random numbers: the same seed gives the same numbers on every machine.
//
// xoshiro256++ and splitmix64 after Blackman and Vigna, "Scrambled linear pseudorandom number
// generators" (2021), in their published constants. Used for challenges (which must be
// unpredictable to a server, not to an attacker), for the order of servers and for the simulated
// sequences of the tests.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <limits>

namespace volley {

// Spreads a seed of any quality over 64 bits; each call gives the next value.
class SplitMix64 {
  public:
    explicit SplitMix64(std::uint64_t seed) : state_(seed) {}
    std::uint64_t operator()() {
        state_ += 0x9e3779b97f4a7c15U;
        std::uint64_t mixed = state_;
        mixed = (mixed ^ (mixed >> 30U)) * 0xbf58476d1ce4e5b9U;
        mixed = (mixed ^ (mixed >> 27U)) * 0x94d049bb133111ebU;
        return mixed ^ (mixed >> 31U);
    }

  private:
    std::uint64_t state_;
};

// A UniformRandomBitGenerator, usable with <random> and <algorithm>.
class Xoshiro256pp {
  public:
    using result_type = std::uint64_t;

    explicit Xoshiro256pp(std::uint64_t seed) {
        SplitMix64 spread(seed);
        for (auto& word : state_) {
            word = spread();
        }
    }
    static constexpr result_type min() { return 0; }
    static constexpr result_type max() { return std::numeric_limits<result_type>::max(); }

    result_type operator()() {
        const std::uint64_t result = std::rotl(state_[0] + state_[3], 23) + state_[0];
        const std::uint64_t shifted = state_[1] << 17U;
        state_[2] ^= state_[0];
        state_[3] ^= state_[1];
        state_[1] ^= state_[2];
        state_[0] ^= state_[3];
        state_[2] ^= shifted;
        state_[3] = std::rotl(state_[3], 45);
        return result;
    }

    // Uniform in [0, 1), with 53 random bits.
    double uniform() { return static_cast<double>((*this)() >> 11U) * 0x1.0p-53; }

  private:
    std::array<std::uint64_t, 4> state_{};
};

}  // namespace volley
