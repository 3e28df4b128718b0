#include "kiosk/exhibits/document_page.h"

#include <fmt/format.h>

#include <cmath>

#include "content/base/text.h"
#include "kiosk/widgets.h"

namespace xinghuo {
namespace {

constexpr float caption_px = type::caption, note_px = 30;
constexpr float line_height = 1.6f;
constexpr const char* two_wide_spaces = "\xE3\x80\x80\xE3\x80\x80";

}  // namespace

std::string document_line(const Frame& frame, const Document& document, const DocumentText& text, bool two_lines) {
    std::string line = text.author;
    if (!document.date.empty()) {
        if (!line.empty()) line += two_lines ? "\n" : " · ";
        line += spoken_date(frame, document.date);
    }
    return line;
}

bool DocumentPage::set(Frame& frame, const Document& document, const Setting& setting) {
    if (setting == setting_ && !pieces_.empty()) return false;
    setting_ = setting;
    pieces_.clear();
    height_ = 0;
    const DocumentText& text = document.in(setting.lang);
    if (setting.title) add_title(frame, document, text);
    for (const DocumentBlock& block : text.blocks) add_block(frame, block);
    add_end(frame, text);
    return true;
}

std::vector<Run> DocumentPage::runs(const Frame& frame, const DocumentRuns& from, Face face, float size, Colour colour) const {
    std::vector<Run> made;
    for (const DocumentRun& run : from) {
        if (run.note > 0) {
            made.push_back({fmt::format("[{}]", run.note), Face::sans, std::max(caption_px, size * 0.7f), frame.theme.cinnabar});
            continue;
        }
        const Face bold = face == Face::sans || face == Face::sans_bold ? Face::sans_bold : Face::serif_bold;
        // Chinese has no slanted letters: what is emphasised is set in another colour.
        made.push_back({run.text, run.strong ? bold : face, size, run.emphasis ? frame.theme.cinnabar_deep : colour});
    }
    return made;
}

void DocumentPage::add_text(Frame& frame, Piece piece, float x, float space_above) {
    if (!pieces_.empty()) height_ += space_above;
    piece.x = x;
    piece.y = height_;
    piece.paragraph.width = setting_.width - x;
    piece.h = std::ceil(frame.canvas.engine().layout(piece.paragraph)->size().y) + 2;
    height_ += piece.h;
    pieces_.push_back(std::move(piece));
}

void DocumentPage::add_title(Frame& frame, const Document& document, const DocumentText& text) {
    if (!document.picture.empty()) {
        Piece picture;
        picture.kind = Piece::Kind::picture;
        picture.picture = document.picture;
        picture.h = std::round(setting_.width * 9 / 16);
        picture.box = {0, 0, setting_.width, picture.h};
        height_ = picture.h;
        pieces_.push_back(std::move(picture));
    }
    Piece title;
    title.paragraph.runs = {{text.title, Face::serif_bold, 56, frame.theme.ink}};
    title.paragraph.line_height = 1.3f;
    add_text(frame, std::move(title), 0, space::l);
    if (const std::string line = document_line(frame, document, text, false); !line.empty()) {
        Piece about;
        about.paragraph.runs = {{line, Face::sans, note_px, frame.theme.ink_2}};
        about.paragraph.line_height = 1.4f;
        add_text(frame, std::move(about), 0, space::s);
    }
    height_ += space::m;
}

void DocumentPage::add_block(Frame& frame, const DocumentBlock& block) {
    using Kind = DocumentBlock::Kind;
    const float size = setting_.text_px, em = size * setting_.growth;
    Piece piece;
    piece.paragraph.line_height = line_height;
    switch (block.kind) {
        case Kind::heading: {
            piece.paragraph.runs = runs(frame, block.runs, Face::serif_bold, std::round(size * (block.level <= 2 ? 1.3f : 1.12f)), frame.theme.ink);
            piece.paragraph.line_height = 1.35f;
            return add_text(frame, std::move(piece), 0, em * 1.1f);
        }
        case Kind::paragraph:
            piece.paragraph.runs = runs(frame, block.runs, Face::serif, size, frame.theme.ink);
            // Chinese paragraphs begin two characters further in; English ones have a little more room between them.
            if (setting_.lang == Lang::zh) piece.paragraph.runs.insert(piece.paragraph.runs.begin(), {two_wide_spaces, Face::serif, size, frame.theme.ink});
            return add_text(frame, std::move(piece), 0, em * (setting_.lang == Lang::zh ? 0.4f : 0.7f));
        case Kind::quote:
            piece.kind = Piece::Kind::quote;
            piece.paragraph.runs = runs(frame, block.runs, Face::serif, size, frame.theme.ink);
            return add_text(frame, std::move(piece), em, em * 0.6f);
        case Kind::item:
            piece.kind = Piece::Kind::item;
            piece.paragraph.runs = runs(frame, block.runs, Face::serif, size, frame.theme.ink);
            if (!block.mark.empty()) {
                piece.mark.runs = {{block.mark, Face::serif, size, frame.theme.cinnabar}};
                piece.mark.line_height = line_height;
            }
            return add_text(frame, std::move(piece), em * (1.6f + 1.4f * static_cast<float>(block.level)), em * 0.3f);
        case Kind::rule:
            piece.kind = Piece::Kind::divider;
            height_ += em * 0.6f;
            piece.y = height_;
            piece.h = em;
            height_ += piece.h;
            pieces_.push_back(std::move(piece));
            return;
        case Kind::picture: {
            piece.kind = Piece::Kind::picture;
            piece.picture = block.picture;
            // Never larger than it is, and never higher than what is seen at once.
            const float shape = static_cast<float>(block.w) / static_cast<float>(block.h);
            const float w = std::min({setting_.width, frame.screen.h * 0.62f * shape, static_cast<float>(block.w)}), h = std::round(w / shape);
            height_ += pieces_.empty() ? 0 : em * 0.8f;
            piece.y = height_;
            piece.h = h;
            piece.box = {std::round((setting_.width - w) / 2), height_, w, h};
            height_ += h;
            pieces_.push_back(std::move(piece));
            Piece caption;
            caption.paragraph.runs = block.runs.empty() ? std::vector<Run>{{block.alt, Face::sans, caption_px, frame.theme.ink_2}}
                                                        : runs(frame, block.runs, Face::sans, caption_px, frame.theme.ink_2);
            caption.paragraph.line_height = 1.4f;
            caption.paragraph.align = Align::centre;
            add_text(frame, std::move(caption), 0, space::s);
            height_ += em * 0.4f;
            return;
        }
    }
}

void DocumentPage::add_end(Frame& frame, const DocumentText& text) {
    const float em = setting_.text_px * setting_.growth;
    Piece divider;
    divider.kind = Piece::Kind::divider;
    height_ += em * 0.8f;
    divider.y = height_;
    divider.h = em;
    height_ += divider.h;
    pieces_.push_back(std::move(divider));
    if (!text.notes.empty()) {
        Piece heading;
        heading.paragraph.runs = {{frame.words("document.notes"), Face::serif_bold, 34, frame.theme.cinnabar_deep}};
        add_text(frame, std::move(heading), 0, em * 0.3f);
        for (std::size_t i = 0; i < text.notes.size(); ++i) {
            Piece note;
            note.kind = Piece::Kind::item;
            note.paragraph.runs = runs(frame, text.notes[i], Face::sans, note_px, frame.theme.ink_2);
            note.paragraph.line_height = 1.5f;
            note.mark.runs = {{fmt::format("[{}]", i + 1), Face::sans, note_px, frame.theme.cinnabar}};
            note.mark.line_height = 1.5f;
            add_text(frame, std::move(note), 64 * setting_.growth, space::xs);
        }
    }
    Piece source;
    source.paragraph.runs = {{frame.words("document.source", {{"source", text.source}}), Face::sans, note_px, frame.theme.ink_2}};
    source.paragraph.line_height = 1.5f;
    add_text(frame, std::move(source), 0, em * 0.6f);
    height_ += em;
}

void DocumentPage::draw(Frame& frame, Vec2 origin) const {
    const Rect seen = frame.canvas.clip();
    const float em = setting_.text_px * setting_.growth;
    for (const Piece& piece : pieces_) {
        const float top = origin.y + piece.y;
        if (top + piece.h < seen.y || top > seen.bottom()) continue;
        switch (piece.kind) {
            case Piece::Kind::picture: {
                const Rect box = piece.box.moved(origin);
                frame.canvas.fill(box, frame.theme.line, 12);
                frame.canvas.picture_cover(frame.pack_picture(piece.picture, box.size()), box, {0.5f, 0.6f}, 12);
                continue;
            }
            case Piece::Kind::divider:
                divider(frame, {origin.x + setting_.width / 2, top + piece.h / 2}, std::min(420.0f, setting_.width * 0.5f));
                continue;
            case Piece::Kind::quote:
                frame.canvas.fill({origin.x, top + em * 0.2f, 6, piece.h - em * 0.4f}, frame.theme.gold, 3);
                break;
            default: break;
        }
        if (!piece.mark.runs.empty()) {
            const float room = 1.6f * em;
            frame.canvas.rich(piece.mark, {origin.x + piece.x - std::min(room, piece.x), top, room, piece.h});
        }
        frame.canvas.rich(piece.paragraph, {origin.x + piece.x, top, setting_.width - piece.x, piece.h});
    }
}

float DocumentPage::place_at(float offset) const {
    for (std::size_t i = 0; i < pieces_.size(); ++i) {
        const Piece& piece = pieces_[i];
        if (offset < piece.y) return static_cast<float>(i);
        if (offset < piece.y + piece.h) return static_cast<float>(i) + (offset - piece.y) / std::max(1.0f, piece.h) * 0.999f;
    }
    return static_cast<float>(pieces_.size());
}

float DocumentPage::offset_of(float place) const {
    if (pieces_.empty() || place <= 0) return 0;
    const auto i = static_cast<std::size_t>(place);
    if (i >= pieces_.size()) return height_;
    return pieces_[i].y + (place - static_cast<float>(i)) * pieces_[i].h;
}

}  // namespace xinghuo
