// The one main of all tests. Ends with a line that counts test cases: "12 passed, 0 failed".
#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>

#include <cstdio>

namespace {

struct Summary : Catch::TestEventListenerBase {
    using TestEventListenerBase::TestEventListenerBase;
    void testRunEnded(const Catch::TestRunStats& stats) override {
        passed = stats.totals.testCases.passed + stats.totals.testCases.failedButOk;
        failed = stats.totals.testCases.failed;
    }
    static inline std::size_t passed = 0, failed = 0;
};
CATCH_REGISTER_LISTENER(Summary)

}  // namespace

int main(int argc, char** argv) {
    const int result = Catch::Session().run(argc, argv);
    std::printf("%zu passed, %zu failed\n", Summary::passed, Summary::failed);
    return result;
}
