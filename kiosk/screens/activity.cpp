#include "kiosk/screens/screens.h"
#include "kiosk/widgets.h"

namespace xinghuo {
namespace {

class ActivityScreen final : public Screen {
public:
    [[nodiscard]] std::string id() const override { return "activity"; }

    void frame(Frame& frame, Navigator& navigator) override {
        ground(frame);
        if (top_bar(frame, frame.words("activity.title")).back) navigator.back();
    }
};

}  // namespace

ScreenPtr make_activity() { return std::make_unique<ActivityScreen>(); }

}  // namespace xinghuo
