#include "kiosk/worker.h"

#include <thread>

#include "content/base/mailbox.h"

namespace xinghuo {
namespace {

class OneThread final : public Worker {
public:
    explicit OneThread(std::function<void()> done) : done_(std::move(done)), thread_([this] { run(); }) {}
    ~OneThread() override {
        jobs_.close();
        static_cast<void>(jobs_.take_all());  // nobody will see what still waits; only the job under way is finished
        thread_.join();
    }
    bool post(std::function<void()> job) override { return jobs_.post(std::move(job)); }

private:
    void run() {
        while (auto job = jobs_.wait()) {
            (*job)();
            if (done_) done_();
        }
    }

    const std::function<void()> done_;           // constant
    Mailbox<std::function<void()>> jobs_{256};   // self-synchronised
    std::thread thread_;
};

}  // namespace

std::unique_ptr<Worker> Worker::start(std::function<void()> done) { return std::make_unique<OneThread>(std::move(done)); }

}  // namespace xinghuo
