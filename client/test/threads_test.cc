// Only some unit tests are built with the thread sanitizer: those that start threads, which is what
// the line "// Starts threads." in their file says. This finds files that lack it: each thread that
// a test starts is counted, and a test that starts one in a file without the line fails.
//
// Starts threads.
#include <dlfcn.h>
#include <gtest/gtest.h>
#include <pthread.h>

#include <atomic>
#include <fstream>
#include <string>
#include <thread>

namespace {

// Relaxed: the reading thread itself starts the threads that are counted, before it reads.
std::atomic<int> threads_started{0};

[[nodiscard]] bool says_that_it_starts_threads(const char* file) {
    std::ifstream source(file);
    std::string line;
    while (std::getline(source, line)) {
        if (line == "// Starts threads.") {
            return true;
        }
    }
    return false;
}

class ThreadWatch : public testing::EmptyTestEventListener {
  public:
    void OnTestStart(const testing::TestInfo& /*test*/) override {
        before_ = threads_started.load(std::memory_order_relaxed);
    }
    void OnTestEnd(const testing::TestInfo& test) override {
        if (threads_started.load(std::memory_order_relaxed) != before_ &&
            !says_that_it_starts_threads(test.file())) {
            ADD_FAILURE() << test.file() << " starts threads: add the line \"// Starts threads.\","
                          << " so that it is built with the thread sanitizer too";
        }
    }

  private:
    int before_ = 0;
};

[[maybe_unused]] const bool watching = [] {
    testing::UnitTest::GetInstance()->listeners().Append(new ThreadWatch);  // which owns it
    return true;
}();

TEST(Threads, AreCounted) {
    const int before = threads_started.load(std::memory_order_relaxed);
    std::thread([] {}).join();
    EXPECT_EQ(threads_started.load(std::memory_order_relaxed), before + 1);
}

TEST(Threads, AreSaidByTheFileThatStartsThem) {
    EXPECT_TRUE(says_that_it_starts_threads(__FILE__));
    EXPECT_FALSE(says_that_it_starts_threads("client/base/units_test.cc"));
    EXPECT_FALSE(says_that_it_starts_threads("client/no_such_file"));
}

}  // namespace

// Replaces the C library's, and calls it.
extern "C" int pthread_create(pthread_t* thread, const pthread_attr_t* attributes,
                              void* (*start)(void*), void* argument) {
    using Create = int (*)(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);
    static const auto next = reinterpret_cast<Create>(::dlsym(RTLD_NEXT, "pthread_create"));
    threads_started.fetch_add(1, std::memory_order_relaxed);
    return next(thread, attributes, start, argument);
}
