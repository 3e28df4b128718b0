// One item of a pack, of whatever kind: opens its exhibit and turns what the visitor wishes into places.
#include "content/base/log.h"
#include "kiosk/exhibits/exhibit.h"
#include "kiosk/screens/screens.h"
#include "kiosk/widgets.h"

namespace xinghuo {
namespace {

class ExhibitScreen final : public Screen {
public:
    ExhibitScreen(std::string item, std::shared_ptr<const Catalogue> of) : item_(std::move(item)), of_(std::move(of)) {}
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
        const Wish wish = show(frame);
        // A film, or a voice that speaks, is watched; what stands still is read.
        const bool plays = frame.present;
        subject_.label = plays || kind_ == "film" ? StudyLabel::media : StudyLabel::reading;
        frame.subject = subject_;
        frame.media_plays = plays;
        switch (wish.what) {
            case Wish::What::nothing: break;
            case Wish::What::back: navigator.back(); break;
            case Wish::What::open: navigator.go(make_exhibit(named(wish.item), of_)); break;
            case Wish::What::quiz:
                navigator.go(make_quiz({wish.questions, "", wish.item.empty() ? item_ : named(wish.item), 5,
                                        static_cast<std::uint64_t>(frame.now.since_start.count()) + 1, 0, 0, of_}));
                break;
        }
    }

    void catalogue_changed(bool in_place) override {
        if (!in_place) return;
        exhibit_.reset();
        of_.reset();
        opened_ = false;
    }
    [[nodiscard]] std::vector<std::pair<std::string, std::int64_t>> held() const override {
        if (!of_) return {};
        return {{of_->id(), of_->version()}};
    }

private:
    Wish show(Frame& frame) {
        const Within own(frame, of_);
        return exhibit_->frame(frame);
    }

    // What the item's own files call so, as the whole hall calls it.
    [[nodiscard]] std::string named(const std::string& item) const {
        const Item* found = of_->find(item);
        return found != nullptr ? found->id : item;
    }

    void open(Frame& frame) {
        opened_ = true;
        if (!of_) of_ = frame.catalogue;
        const Item* item = of_->find(item_);
        if (item == nullptr) return log_warning("showing " + item_ + ": no such item");
        title_ = item->title.in(frame.lang);
        // From here on it stays on this snapshot, and paths are those of its pack.
        item_ = item->id;
        of_ = of_->within(*item);
        const Within own(frame, of_);
        const ExhibitKind* kind = find_kind(item->kind);
        if (kind == nullptr) return log_warning("showing " + item_ + ": this program has no kind " + item->kind);
        auto exhibit = kind->open(*item, frame);
        if (!exhibit) return log_warning(exhibit.error().within("showing " + item_).what);
        exhibit_ = std::move(*exhibit);
        subject_ = {StudyLabel::reading, item_, item->title, of_->id(), of_->version()};
        kind_ = kind->name;
    }

    std::string item_, kind_, title_;
    std::shared_ptr<const Catalogue> of_;
    Subject subject_;
    bool opened_ = false;
    std::unique_ptr<Exhibit> exhibit_;
};

}  // namespace

ScreenPtr make_exhibit(std::string item_id, std::shared_ptr<const Catalogue> of) {
    return std::make_unique<ExhibitScreen>(std::move(item_id), std::move(of));
}

}  // namespace xinghuo
