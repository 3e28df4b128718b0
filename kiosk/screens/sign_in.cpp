#include "kiosk/screens/screens.h"
#include "kiosk/widgets.h"

namespace xinghuo {
namespace {

class SignInScreen final : public Screen {
public:
    [[nodiscard]] std::string id() const override { return "sign-in"; }

    void frame(Frame& frame, Navigator& navigator) override {
        ground(frame);
        if (top_bar(frame, frame.words("sign_in.title")).back) navigator.back();
    }
};

}  // namespace

ScreenPtr make_sign_in() { return std::make_unique<SignInScreen>(); }

}  // namespace xinghuo
