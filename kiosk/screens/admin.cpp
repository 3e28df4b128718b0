#include "kiosk/screens/screens.h"
#include "kiosk/widgets.h"

namespace xinghuo {
namespace {

class AdminScreen final : public Screen {
public:
    [[nodiscard]] std::string id() const override { return "admin"; }

    void frame(Frame& frame, Navigator& navigator) override {
        ground(frame);
        if (top_bar(frame, frame.words("admin.title")).back) navigator.back();
    }
};

}  // namespace

ScreenPtr make_admin() { return std::make_unique<AdminScreen>(); }

}  // namespace xinghuo
