// A document: the text on a sheet of paper, in landscape its title and picture beside it.
#include "content/exhibit/document.h"

#include <array>

#include "kiosk/exhibits/document_page.h"
#include "kiosk/exhibits/exhibit.h"
#include "kiosk/widgets.h"

namespace xinghuo {
namespace {

constexpr std::array<float, 3> text_sizes{36, 44, 52};
constexpr float most_characters = 36;  // of a line
constexpr const char* size_key = "document/text-size";

class DocumentExhibit final : public Exhibit {
public:
    DocumentExhibit(Document document, std::string item, const std::map<std::string, float>& kept)
        : document_(std::move(document)), place_key_("document/" + std::move(item) + "/place") {
        if (const auto size = kept.find(size_key); size != kept.end()) size_ = std::min<std::size_t>(text_sizes.size() - 1, static_cast<std::size_t>(size->second));
        if (const auto place = kept.find(place_key_); place != kept.end()) place_ = place->second;
    }

    Wish frame(Frame& frame) override {
        ground(frame);
        const DocumentText& text = document_.in(frame.lang);
        Rect place = frame.screen.inset(frame.margin, 0);
        place.cut_top(top_bar_height + space::xs);
        place.cut_bottom(space::xl);
        if (frame.portrait) {
            Rect row = place.cut_bottom(88);
            place.cut_bottom(space::m);
            text_size(frame, row);
        } else {
            beside(frame, place.cut_left(480), text);
            place.cut_left(space::xxl);
        }
        sheet(frame, place);
        Wish wish;
        if (top_bar(frame, frame.words("document.title")).back) wish.what = Wish::What::back;
        return wish;
    }

private:
    void sheet(Frame& frame, Rect box) {
        const float growth = text_growth(frame), inner = frame.portrait ? space::xl : space::xxl;
        // A line is never longer than can be read at ease; the sheet is as wide as its lines.
        const float width = std::min(box.w - 2 * inner, most_characters * text_sizes[size_] * growth);
        const float sheet_w = width + 2 * inner;
        const Rect paper{box.x + (box.w - sheet_w) / 2, box.y, sheet_w, box.h};
        card(frame, paper);
        const Rect view{paper.x, paper.y + space::s, paper.w, paper.h - 2 * space::s};
        const bool anew = page_.set(frame, document_, {frame.lang, width, text_sizes[size_], growth, frame.portrait, frame.theme.high_contrast});
        const float above = frame.portrait ? space::l : space::xl, height = page_.height() + above + space::l;
        if (anew) {
            // Another language or size: the same words stay in sight.
            scroll_ = Scroll();
            scroll_.set_extent(height - view.h);
            scroll_.hold(frame.now);
            scroll_.drag(-std::min(scroll_.extent(), page_.offset_of(place_)));
            scroll_.let_go(0, frame.now);
        }
        scroll_area(frame, "document.scroll", view, scroll_, [&](Rect content) {
            page_.draw(frame, {content.x + inner, content.y + above});
            return height;
        });
        place_ = page_.place_at(scroll_.offset(frame.now));
        frame.kept[place_key_] = place_;
    }

    // Title, author and date, the picture above them, the text's size at the foot.
    void beside(Frame& frame, Rect box, const DocumentText& text) {
        const Theme& theme = frame.theme;
        text_size(frame, box.cut_bottom(80));
        box.cut_bottom(space::l);
        const std::string line = document_line(frame, document_, text, true);
        const TextStyle about{Face::sans, 30, theme.ink_2, Align::left, 1.45f, 0, false, 28};
        TextStyle heading{Face::serif_bold, 56, theme.ink, Align::left, 1.3f, 0, false, 34};
        const float about_h = line.empty() ? 0 : frame.canvas.measure(line, about, box.w).y + 4;
        heading.size = frame.canvas.fitting_size(text.title, {box.w, document_.picture.empty() ? box.h - about_h - space::xl : box.h * 0.45f}, heading);
        const float heading_h = frame.canvas.measure(text.title, heading, box.w).y + 4;
        const float room = box.h - heading_h - about_h - 3 * space::m - 8;
        if (!document_.picture.empty() && room > 200) {
            const Rect picture = box.cut_top(std::min(room, 380.0f));
            frame.canvas.shadow(picture, space::radius);
            frame.canvas.fill(picture, theme.line, space::radius);
            frame.canvas.picture_cover(frame.pack_picture(document_.picture, picture.size()), picture, {0.5f, 0.6f}, space::radius);
            box.cut_top(space::l);
        } else {
            box.cut_top(space::m);
        }
        frame.canvas.text(text.title, box.cut_top(heading_h), heading);
        frame.canvas.fill({box.x, box.y + space::s, 96, 6}, theme.cinnabar);
        box.cut_top(space::s + 6 + space::s);
        if (!line.empty()) frame.canvas.text(line, box.cut_top(about_h), about);
    }

    void text_size(Frame& frame, Rect box) {
        const std::string words[] = {frame.words("document.size.normal"), frame.words("document.size.large"), frame.words("document.size.largest")};
        if (frame.portrait) {
            icon(frame, "icons/text-size.png", {box.x, box.y + (box.h - 64) / 2, 64, 64}, frame.theme.ink_2);
            box.cut_left(64 + space::m);
        }
        const int touched = segments(frame, "document.size", {words[0], words[1], words[2]}, static_cast<int>(size_), box);
        if (touched < 0) return;
        size_ = static_cast<std::size_t>(touched);
        frame.kept[size_key] = static_cast<float>(size_);
    }

    Document document_;
    std::string place_key_;
    DocumentPage page_;
    Scroll scroll_;
    std::size_t size_ = 0;
    float place_ = 0;
};

Result<std::unique_ptr<Exhibit>> open(const Item& item, const Frame& frame) {
    auto text = frame.catalogue->read_text(item.file);
    if (!text) return text.error();
    auto document = read_document(*text);
    if (!document) return document.error().within("reading " + item.file);
    return std::make_unique<DocumentExhibit>(std::move(*document), item.id, frame.kept);
}

}  // namespace

extern const ExhibitKind document_kind;
const ExhibitKind document_kind{"document", open};

}  // namespace xinghuo
