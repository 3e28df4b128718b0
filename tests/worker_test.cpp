// The thread that does what is too long for a frame.
#include <catch2/catch.hpp>

#include <atomic>
#include <thread>

#include "kiosk/worker.h"

using namespace xinghuo;

TEST_CASE("the worker does what it is given, in order, and stops when told", "[worker]") {
    std::atomic<int> done{0}, last{-1};
    bool in_order = true;
    {
        auto worker = Worker::start([&] { ++done; });
        for (int i = 0; i < 500; ++i)
            while (!worker->post([&, i] {
                in_order = in_order && last == i - 1;
                last = i;
            })) {
            }
        while (done < 500) std::this_thread::yield();
    }
    CHECK(done == 500);
    CHECK(in_order);
}
