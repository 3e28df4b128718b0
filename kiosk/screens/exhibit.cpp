// One item of a pack, of whatever kind: opens its exhibit and turns what the visitor wishes into places.
#include "content/base/log.h"
#include "kiosk/exhibits/exhibit.h"
#include "kiosk/screens/screens.h"
#include "kiosk/widgets.h"

namespace xinghuo {
namespace {

class ExhibitScreen final : public Screen {
public:
    explicit ExhibitScreen(std::string item) : item_(std::move(item)) {}
    [[nodiscard]] std::string id() const override { return kind_.empty() ? "exhibit" : kind_; }

    void frame(Frame& frame, Navigator& navigator) override {
        if (!opened_) open(frame);
        if (!exhibit_) {
            ground(frame);
            Rect place = frame.screen.inset(frame.margin, 0);
            place.cut_top(top_bar_height + space::xl);
            notice(frame, place.cut_top(300), frame.words("exhibit.broken.title"), frame.words("exhibit.broken.text"));
            if (top_bar(frame, title_).back) navigator.back();
            return;
        }
        const Wish wish = exhibit_->frame(frame);
        // A film, or a voice that speaks, is watched; what stands still is read.
        const bool plays = frame.present;
        subject_.label = plays || kind_ == "film" ? StudyLabel::media : StudyLabel::reading;
        frame.subject = subject_;
        frame.media_plays = plays;
        switch (wish.what) {
            case Wish::What::nothing: break;
            case Wish::What::back: navigator.back(); break;
            case Wish::What::open: navigator.go(make_exhibit(wish.item)); break;
            case Wish::What::quiz:
                navigator.go(make_quiz({wish.questions, "", wish.item.empty() ? item_ : wish.item, 5,
                                        static_cast<std::uint64_t>(frame.now.since_start.count()) + 1}));
                break;
        }
    }

private:
    void open(const Frame& frame) {
        opened_ = true;
        const Item* item = frame.catalogue->find(item_);
        if (item == nullptr) return log_warning("showing " + item_ + ": no such item");
        title_ = item->title.in(frame.lang);
        const ExhibitKind* kind = find_kind(item->kind);
        if (kind == nullptr) return log_warning("showing " + item_ + ": this program has no kind " + item->kind);
        auto exhibit = kind->open(*item, frame);
        if (!exhibit) return log_warning(exhibit.error().within("showing " + item_).what);
        exhibit_ = std::move(*exhibit);
        subject_ = {StudyLabel::reading, item_, item->title, frame.catalogue->id(), frame.catalogue->version()};
        kind_ = kind->name;
    }

    std::string item_, kind_, title_;
    Subject subject_;
    bool opened_ = false;
    std::unique_ptr<Exhibit> exhibit_;
};

}  // namespace

ScreenPtr make_exhibit(std::string item_id) { return std::make_unique<ExhibitScreen>(std::move(item_id)); }

}  // namespace xinghuo
