#include "kiosk/screens/screens.h"
#include "kiosk/widgets.h"

namespace xinghuo {
namespace {

class MyStudyScreen final : public Screen {
public:
    [[nodiscard]] std::string id() const override { return "my-study"; }

    void frame(Frame& frame, Navigator& navigator) override {
        ground(frame);
        if (top_bar(frame, frame.words("my_study.title")).back) navigator.back();
    }
};

}  // namespace

ScreenPtr make_my_study() { return std::make_unique<MyStudyScreen>(); }

}  // namespace xinghuo
