// 通知: what the centre announces, as a list, and each with its whole text.
#include <fmt/format.h>

#include <algorithm>

#include "kiosk/screens/notice_board.h"
#include "kiosk/screens/screens.h"
#include "kiosk/widgets.h"

namespace xinghuo {
namespace {

constexpr float column_most = 1320;          // 36 characters of 36 px, and the sheet's edge
constexpr int text_lines = 2;                // of each in the list

class Notices final : public Screen {
public:
    explicit Notices(std::string id) : chosen_(std::move(id)) {}
    [[nodiscard]] std::string id() const override { return chosen_.empty() ? "notices" : "notice"; }

    void frame(Frame& frame, Navigator& navigator) override {
        ground(frame);
        const std::vector<CentreNotice>& all = board_.now(frame);
        const auto found = std::find_if(all.begin(), all.end(), [&](const CentreNotice& one) { return one.id == chosen_; });
        // One that is over stays before who reads it; one that the centre took back goes.
        if (found != all.end()) shown_ = *found;
        else if (!chosen_.empty() && (told_ != frame.told || shown_.id != chosen_)) taken_back(all.empty(), navigator);
        told_ = frame.told;
        Rect place = frame.screen.inset(frame.margin, 0);
        place.cut_top(top_bar_height + space::s);
        place.cut_bottom(space::l);
        const float w = std::min(place.w, column_most);
        const Rect column{place.centre().x - w / 2, place.y, w, place.h};
        if (!chosen_.empty()) whole(frame, column);
        else if (all.empty()) notice(frame, column, frame.words("notice.none"), frame.words("notice.none.text"));
        else list(frame, column, all);
        if (!top_bar(frame, frame.words("notice.title")).back) return;
        if (std::exchange(from_list_, false)) show("");
        else navigator.back();
    }

private:
    void show(const std::string& id) {
        chosen_ = id;
        text_scroll_ = {};
    }

    void taken_back(bool none_left, Navigator& navigator) {
        show("");
        from_list_ = false;
        if (none_left) navigator.back();
    }

    static TextStyle title_style(const Frame& frame, float size) { return {Face::serif_bold, size, frame.theme.ink, Align::left, 1.3f, 0}; }
    static TextStyle days_style(const Frame& frame) { return {Face::sans, 30, frame.theme.ink_2, Align::left, 1.4f, 0}; }
    static TextStyle text_style(const Frame& frame) { return {Face::sans, 36, frame.theme.ink, Align::left, 1.6f, 0}; }

    // Lines that the centre broke are paragraphs.
    static void text(Frame& frame, Rect& rest, std::string_view words, const TextStyle& style) {
        for (std::size_t at = 0; at <= words.size();) {
            const std::size_t end = std::min(words.find('\n', at), words.size());
            const std::string_view one = words.substr(at, end - at);
            at = end + 1;
            if (one.find_first_not_of(" \r\t") == std::string_view::npos) {
                rest.cut_top(style.size * 0.6f);
                continue;
            }
            frame.canvas.text(one, rest.cut_top(frame.canvas.measure(one, style, rest.w).y + 4), style);
            rest.cut_top(space::xs);
        }
    }

    void whole(Frame& frame, Rect column) {
        const Theme& theme = frame.theme;
        const float pad = frame.portrait ? space::l : space::xl;
        scroll_area(frame, "notice.scroll", column.inset(-24, 0), text_scroll_, [&](Rect content) {
            const float top = content.y;
            // The sheet lies under its words, whose height is known when they are measured.
            Rect rest{column.x + pad, top + space::s + pad, column.w - 2 * pad, 1e6f};
            const std::string& title = shown_.title.in(frame.lang);
            const std::string& words = shown_.text.in(frame.lang);
            card(frame, {column.x, top + space::s, column.w, height(frame, rest.w) + 2 * pad}, 28);
            frame.canvas.fill({column.x + pad, top + space::s, 96, 6}, theme.cinnabar);
            frame.canvas.text(title, rest.cut_top(frame.canvas.measure(title, title_style(frame, 56), rest.w).y + 4), title_style(frame, 56));
            rest.cut_top(space::xs);
            const std::string days = notice_days(frame, shown_);
            frame.canvas.text(days, rest.cut_top(frame.canvas.measure(days, days_style(frame), rest.w).y + 4), days_style(frame));
            rest.cut_top(space::m);
            frame.canvas.fill({rest.x, rest.y, rest.w, 2}, theme.line);
            rest.cut_top(space::m);
            text(frame, rest, words, text_style(frame));
            return rest.y + pad - top + space::l;
        });
    }

    [[nodiscard]] float height(Frame& frame, float w) const {
        float sum = frame.canvas.measure(shown_.title.in(frame.lang), title_style(frame, 56), w).y + 4 + space::xs;
        sum += frame.canvas.measure(notice_days(frame, shown_), days_style(frame), w).y + 4 + 2 * space::m;
        const TextStyle style = text_style(frame);
        const std::string& words = shown_.text.in(frame.lang);
        for (std::size_t at = 0; at <= words.size();) {
            const std::size_t end = std::min(words.find('\n', at), words.size());
            const std::string_view one = std::string_view(words).substr(at, end - at);
            at = end + 1;
            sum += one.find_first_not_of(" \r\t") == std::string_view::npos ? style.size * 0.6f : frame.canvas.measure(one, style, w).y + 4 + space::xs;
        }
        return sum;
    }

    void list(Frame& frame, Rect column, const std::vector<CentreNotice>& all) {
        scroll_area(frame, "notices.scroll", column.inset(-24, 0), list_scroll_, [&](Rect content) {
            const float top = content.y;
            Rect rest{column.x, top + space::s, column.w, 1e6f};
            for (std::size_t i = 0; i < all.size(); ++i) {
                if (row(frame, rest, all[i], fmt::format("notice.{}", i))) {
                    show(all[i].id);
                    shown_ = all[i];
                    from_list_ = true;
                    frame.animate();
                }
                rest.cut_top(space::m);
            }
            return rest.y - top + space::s;
        });
    }

    static bool row(Frame& frame, Rect& rest, const CentreNotice& notice, const std::string& id) {
        Canvas& canvas = frame.canvas;
        const float w = rest.w - 2 * space::l - 44 - space::m;
        const std::string& title = notice.title.in(frame.lang);
        const std::string days = notice_days(frame, notice);
        std::string line = notice.text.in(frame.lang);
        std::replace(line.begin(), line.end(), '\n', ' ');
        const TextStyle head = title_style(frame, 42), small = days_style(frame);
        const std::string begin = first_lines(frame, line, small, w, text_lines);
        const float head_h = canvas.measure(title, head, w).y + 4, days_h = canvas.measure(days, small, w).y + 4;
        const float begin_h = begin.empty() ? 0 : canvas.measure(begin, small, w).y + 4 + space::xs;
        const Rect box = rest.cut_top(2 * space::m + head_h + space::xs + days_h + begin_h);
        const Press press = pressable(frame, id, title, box);
        const Rect drawn = press.held ? box.inset(4) : box;
        card(frame, drawn);
        canvas.fill({drawn.x, drawn.y + 20, 6, drawn.h - 40}, frame.theme.cinnabar, 3);
        Rect inside = drawn.inset(space::l, space::m);
        const Rect mark = inside.cut_left(44);
        inside.cut_left(space::m);
        icon(frame, "icons/notice.png", {mark.x, mark.y + 8, 44, 44}, frame.theme.cinnabar);
        inside.w = w;
        canvas.text(title, inside.cut_top(head_h), head);
        inside.cut_top(space::xs);
        canvas.text(days, inside.cut_top(days_h), small);
        if (begin_h > 0) {
            inside.cut_top(space::xs);
            inside.h = begin_h;
            TextStyle style = small;
            style.colour = frame.theme.ink;
            canvas.text(begin, inside, style);
        }
        ripple(frame, id, drawn, frame.theme.cinnabar);
        return press.clicked;
    }

    NoticeBoard board_;
    std::string chosen_;                     // empty: the list
    CentreNotice shown_;
    std::uint64_t told_ = 0;
    bool from_list_ = false;
    Scroll list_scroll_, text_scroll_;
};

}  // namespace

ScreenPtr make_notices(std::string id) { return std::make_unique<Notices>(std::move(id)); }

}  // namespace xinghuo
