// There is no pack to show. Says so, and why, until somebody mends it; never a black screen.
#include "kiosk/screens/screens.h"
#include "kiosk/widgets.h"

namespace xinghuo {
namespace {

class Closed final : public Screen {
public:
    explicit Closed(std::string sentence) : sentence_(std::move(sentence)) {}
    [[nodiscard]] std::string id() const override { return "closed"; }
    [[nodiscard]] bool idles() const override { return false; }

    void frame(Frame& frame, Navigator&) override {
        ground(frame);
        const float w = std::min(frame.screen.w - 2 * frame.margin, 1200.0f);
        const float growth = text_growth(frame), h = 152 + 420 * growth;
        Rect box{(frame.screen.w - w) / 2, (frame.screen.h - h) * 0.46f, w, h};
        const Rect seal = box.cut_top(152), sign{seal.centre().x - 64, seal.y, 128, 128};
        frame.canvas.picture(frame.art("ornaments/seal-solid.png", sign.size()), sign);
        frame.canvas.text(frame.words("seal"), sign, {Face::serif_bold, 68, frame.theme.bone, Align::centre, 1.2f, 1, true});
        frame.canvas.text(frame.words("closed.title"), box.cut_top(120 * growth), {Face::serif_bold, type::title, frame.theme.ink, Align::centre, 1.3f, 1, true, 40});
        frame.canvas.text(frame.words("closed.text"), box.cut_top(124 * growth), {Face::sans, type::body, frame.theme.ink_2, Align::centre, 1.6f, 2, false, 28});
        divider(frame, {box.centre().x, box.y + 20}, 360);
        box.cut_top(56);
        frame.canvas.text(sentence_, box, {Face::sans, 28, frame.theme.ink_2, Align::centre, 1.5f, 4});
    }

private:
    std::string sentence_;
};

}  // namespace

ScreenPtr make_closed(std::string sentence) { return std::make_unique<Closed>(std::move(sentence)); }

}  // namespace xinghuo
