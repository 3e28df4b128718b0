#include "kiosk/exhibits/figure_panels.h"

#include <fmt/format.h>

#include <cmath>

#include "kiosk/widgets.h"

namespace xinghuo {
namespace {

constexpr Milliseconds left_alone{6000};

void disclaimer(Frame& frame, Rect& content, const Figure& figure) {
    const std::string& words = figure.disclaimer.in(frame.lang);
    if (words.empty()) return;
    content.cut_top(space::s);
    frame.canvas.fill({content.x, content.y, content.w, 2}, frame.theme.bone.with_alpha(0.22f));
    content.cut_top(space::s);
    paragraph(frame, content, words, {Face::sans, type::caption, frame.theme.bone_2, Align::left, 1.5f, 0});
}

// Where the first of two lines ends with a comma and is the longer one, but not by much: its width. Lines are filled from
// the top, so at that width the break falls there.
std::optional<float> comma_width(const Frame& frame, std::string_view words, const TextStyle& style, float width) {
    const float whole = frame.canvas.measure(words, style).x;
    std::optional<float> best;
    for (const std::string_view comma : {"，", "；", "：", "。", ", ", "; "}) {
        for (std::size_t at = words.find(comma); at != std::string_view::npos; at = words.find(comma, at + 1)) {
            const float first = std::ceil(frame.canvas.measure(words.substr(0, at + comma.size()), style).x) + 2;
            if (first < whole * 0.5f || first > whole * 0.72f || first > width) continue;
            if (!best || first < *best) best = first;
        }
    }
    return best;
}

}  // namespace

void paragraph(Frame& frame, Rect& content, std::string_view words, const TextStyle& style) {
    if (words.empty()) return;
    float height = frame.canvas.measure(words, style, content.w).y;
    if (style.max_lines > 0) height = std::min(height, static_cast<float>(style.max_lines) * style.size * style.line_height + 1);
    const Rect box = content.cut_top(height + 1);
    if (!box.intersected(frame.canvas.clip()).empty()) frame.canvas.text(words, box, style);
}

float balanced_width(const Frame& frame, std::string_view words, const TextStyle& style, float width) {
    const float height = frame.canvas.measure(words, style, width).y;
    const float line = style.size * style.line_height;
    if (height > 1.5f * line && height < 2.5f * line)
        if (const auto at_comma = comma_width(frame, words, style, width)) return *at_comma;
    float narrow = width * 0.5f, wide = width;
    for (int i = 0; i < 6; ++i) {
        const float middle = std::round((narrow + wide) / 2);
        const Vec2 ink = frame.canvas.measure(words, style, middle);
        (ink.y > height + 1 || ink.x > middle ? narrow : wide) = middle;
    }
    return wide;
}

std::vector<std::string> split_sources(std::string_view sources) {
    std::vector<std::string> all;
    while (!sources.empty()) {
        const std::size_t wide = sources.find("；"), narrow = sources.find("; ");
        const std::size_t end = std::min(wide, narrow);
        all.emplace_back(sources.substr(0, end));
        if (end == std::string_view::npos) break;
        sources.remove_prefix(end + (end == wide ? std::string_view("；").size() : 2));
    }
    return all;
}

bool icon_button(Frame& frame, std::string_view id, std::string_view name, std::string_view sign, Rect box) {
    const Theme& theme = frame.theme;
    const Press press = pressable(frame, id, name, box);
    frame.canvas.fill(box, press.held ? theme.bone.with_alpha(0.30f) : theme.night.with_alpha(0.62f), space::radius);
    frame.canvas.stroke(box, theme.bone.with_alpha(0.38f), 2, space::radius);
    ripple(frame, id, box, theme.bone);
    const float px = 44;
    icon(frame, sign, {box.centre().x - px / 2, box.centre().y - px / 2, px, px}, theme.bone);
    return press.clicked;
}

std::optional<std::size_t> StoryPanel::frame(Frame& frame, Rect box, const Figure& figure, const Telling& telling) {
    const Theme& theme = frame.theme;
    const Rect view = box.inset(space::xs);
    const auto& sentences = telling.narration().sentences;
    const std::size_t current = telling.sentence();
    if (scroll_.held()) touched_ = frame.now;
    std::optional<std::size_t> chosen;
    scroll_area(frame, "figure.story.scroll", view, scroll_, [&](Rect content) {
        const float top = content.y;
        rows_.clear();
        content = content.inset(space::xs, 0);
        if (telling.broken()) {
            Rect said = content.inset(space::m, 0);
            said.cut_top(space::xs);
            paragraph(frame, said, frame.words("figure.broken.title"), {Face::serif_bold, 36, theme.gold_on_night, Align::left, 1.35f, 0});
            paragraph(frame, said, frame.words("figure.broken.text"), {Face::sans, 30, theme.bone, Align::left, 1.5f, 0});
            content.cut_top(said.y - content.y + space::m);
        }
        for (std::size_t i = 0; i < sentences.size(); ++i) {
            const bool now = i == current;
            const TextStyle style{now ? Face::sans_bold : Face::sans, 30, now ? theme.gold_on_night : i < current ? theme.bone_2 : theme.bone,
                                  Align::left, 1.45f, 0};
            const TextStyle small{Face::sans, type::caption, theme.bone_2, Align::left, 1.4f, 0};
            const std::string source = now && !sentences[i].source.empty() ? frame.words("figure.source", {{"source", sentences[i].source}}) : std::string();
            const float text_w = content.w - 56, text_h = frame.canvas.measure(sentences[i].text, style, text_w).y + 1;
            const float source_h = source.empty() ? 0 : frame.canvas.measure(source, small, text_w).y + 9;
            const Rect row = content.cut_top(std::max(space::touch, text_h + source_h + 28));
            content.cut_top(space::s);
            rows_.push_back(row.moved({0, -top}));
            if (row.intersected(frame.canvas.clip()).empty()) continue;
            const std::string id = fmt::format("figure.sentence.{}", i);
            const Press press = pressable(frame, id, sentences[i].text, row);
            if (now || press.held) frame.canvas.fill(row, theme.bone.with_alpha(press.held ? 0.22f : 0.09f), 14);
            if (now) frame.canvas.fill({row.x + 8, row.y + 14, 6, row.h - 28}, theme.cinnabar, 3);
            frame.canvas.text(sentences[i].text, {row.x + 32, row.y + 14, text_w, text_h}, style);
            if (!source.empty()) frame.canvas.text(source, {row.x + 32, row.y + 14 + text_h + 8, text_w, source_h}, small);
            ripple(frame, id, row, theme.bone);
            if (press.clicked) chosen = i;
        }
        content = content.inset(space::m, 0);
        disclaimer(frame, content, figure);
        return content.y - top + space::s;
    }, true);
    follow(frame, view, current);  // with the rows as they are now: the current one is taller than the others
    return chosen;
}

void StoryPanel::follow(Frame& frame, Rect view, std::size_t current) {
    if ((current == followed_ && frame.lang == followed_in_) || current >= rows_.size()) return;
    if (frame.now - touched_ < left_alone && touched_.since_start.count() > 0) return;
    followed_ = current;
    followed_in_ = frame.lang;
    const Rect& row = rows_[current];
    const float wanted = row.y - std::max(0.0f, (view.h - row.h) * 0.32f);
    const float seen = scroll_.offset(frame.now);
    if (row.y >= seen && row.bottom() <= seen + view.h * 0.8f) return;
    scroll_.glide_to(std::clamp(wanted, 0.0f, scroll_.extent()), frame.now);
}

void life_panel(Frame& frame, Rect box, const Figure& figure, Scroll& scroll) {
    const Theme& theme = frame.theme;
    scroll_area(frame, "figure.life.scroll", box.inset(space::xs, space::s), scroll, [&](Rect content) {
        const float top = content.y;
        content = content.inset(space::m, 0);
        paragraph(frame, content, figure.bio.in(frame.lang), {Face::sans, 30, theme.bone, Align::left, 1.6f, 0});
        content.cut_top(space::l);
        const float rail = content.x + 9, first = content.y;
        float last = first;
        for (const LifeEvent& event : figure.life) {
            last = content.y + 22;
            Rect row = content;
            row.cut_left(40);
            frame.canvas.circle({rail, content.y + 22}, 8, theme.cinnabar);
            frame.canvas.circle({rail, content.y + 22}, 4, theme.gold_on_night);
            const std::string& place = event.place.in(frame.lang);
            const std::string head = spoken_date(frame, event.date) + (place.empty() ? "" : "  " + place);
            paragraph(frame, row, head, {Face::sans_bold, type::caption, theme.gold_on_night, Align::left, 1.5f, 0});
            paragraph(frame, row, event.text.in(frame.lang), {Face::sans, 30, theme.bone, Align::left, 1.5f, 0});
            content.cut_top(row.y - content.y + space::m);
        }
        if (!figure.life.empty()) frame.canvas.fill({rail - 1, first + 34, 2, std::max(0.0f, last - first - 46)}, theme.bone.with_alpha(0.28f));
        paragraph(frame, content, frame.words("figure.source", {{"source", figure.source.in(frame.lang)}}),
                  {Face::sans, type::caption, theme.bone_2, Align::left, 1.5f, 0});
        disclaimer(frame, content, figure);
        return content.y - top + space::s;
    }, true);
}

void quotations_panel(Frame& frame, Rect box, const Figure& figure, Scroll& scroll) {
    const Theme& theme = frame.theme;
    scroll_area(frame, "figure.quotations.scroll", box.inset(space::xs, space::s), scroll, [&](Rect content) {
        const float top = content.y;
        content = content.inset(space::m, 0);
        for (const Quotation& quotation : figure.quotations) {
            content.cut_top(space::xs);
            const float mark = content.y + 10;
            Rect words = content;
            words.cut_left(28);
            paragraph(frame, words, quotation.text.in(frame.lang), {Face::serif_bold, 38, theme.bone, Align::left, 1.6f, 0});
            frame.canvas.fill({content.x, mark, 6, words.y - mark - 10}, theme.cinnabar, 3);
            words.cut_top(space::xs);
            const std::string year = quotation.year > 0 ? fmt::format("{}  ", quotation.year) : std::string();
            paragraph(frame, words, year + quotation.source.in(frame.lang), {Face::sans, type::caption, theme.gold_on_night, Align::left, 1.5f, 0});
            content.cut_top(words.y - content.y + space::l);
        }
        return content.y - top;
    }, true);
}

}  // namespace xinghuo
