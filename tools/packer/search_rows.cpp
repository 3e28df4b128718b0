#include "tools/packer/search_rows.h"

#include <algorithm>

namespace xinghuo {
namespace {

using Part = SearchRow::Part;

class Rows {
public:
    explicit Rows(const Pronouncer& pronouncer) : pronouncer_(pronouncer) {}
    void add(const std::string& item, Part part, const Bilingual& text) {
        if (text.zh.empty() && text.en.empty()) return;
        if (rows_.size() < search_row_limit) rows_.push_back({part, item, text, search_pinyin(pronouncer_, text.zh)});
    }
    std::vector<SearchRow> made() { return std::move(rows_); }

private:
    const Pronouncer& pronouncer_;
    std::vector<SearchRow> rows_;
};

std::string plain_text(const DocumentRuns& runs) {
    std::string text;
    for (const DocumentRun& run : runs) text += run.text;
    return text;
}

// Languages of a document need not have the same blocks: each of them is a row of its own where they differ.
void add_document(Rows& rows, const SourceDocument& document) {
    const DocumentText &zh = document.document.in(Lang::zh), &en = document.document.in(Lang::en);
    rows.add(document.id, Part::title, {zh.title, en.title});
    rows.add(document.id, Part::words, {zh.author, en.author});
    rows.add(document.id, Part::words, {zh.summary, en.summary});
    const bool same = zh.blocks.size() == en.blocks.size();
    for (std::size_t i = 0; i < zh.blocks.size(); ++i) {
        const Part part = zh.blocks[i].kind == DocumentBlock::Kind::heading ? Part::words : Part::body;
        rows.add(document.id, part, {plain_text(zh.blocks[i].runs), same && &zh != &en ? plain_text(en.blocks[i].runs) : std::string()});
    }
    if (same) return;
    for (const DocumentBlock& block : en.blocks)
        rows.add(document.id, block.kind == DocumentBlock::Kind::heading ? Part::words : Part::body, {"", plain_text(block.runs)});
}

}  // namespace

std::string search_pinyin(const Pronouncer& pronouncer, std::string_view text) {
    std::string all;
    for (const ReadWord& word : pronouncer.read(text)) {
        for (const Syllable& syllable : word.syllables) {
            std::string letters;
            for (const char c : syllable.pinyin) {
                if (c >= 'a' && c <= 'z') letters += c;
                else if (c >= 'A' && c <= 'Z') letters += static_cast<char>(c - 'A' + 'a');
            }
            if (!letters.empty()) all += (all.empty() ? "" : " ") + letters;
        }
    }
    return all;
}

std::vector<SearchRow> search_rows(const Source& source) {
    Rows rows(source.pronouncer);
    for (const SourceFigure& figure : source.figures) {
        rows.add(figure.id, Part::title, figure.name);
        rows.add(figure.id, Part::words, figure.epithet);
        rows.add(figure.id, Part::body, figure.bio);
        for (const SourceLifeEvent& event : figure.life) {
            rows.add(figure.id, Part::body, event.place);
            rows.add(figure.id, Part::body, event.text);
        }
        for (const SourceQuotation& quotation : figure.quotations) rows.add(figure.id, Part::body, quotation.text);
        for (const SourceSegment& segment : figure.segments) rows.add(figure.id, Part::body, segment.text);
    }
    for (const SourceLecture& lecture : source.lectures) {
        if (!lecture.film) continue;
        rows.add(lecture.id, Part::title, lecture.title);
        rows.add(lecture.id, Part::words, lecture.summary);
        for (const SourceSlide& slide : lecture.slides) {
            rows.add(lecture.id, Part::words, slide.heading);
            for (const Bilingual& point : slide.bullets) rows.add(lecture.id, Part::body, point);
            rows.add(lecture.id, Part::body, slide.speaker_text);
        }
    }
    for (const SourceFilm& film : source.films) {
        rows.add(film.id, Part::title, film.title);
        rows.add(film.id, Part::words, film.summary);
    }
    for (const SourceDocument& document : source.documents)
        if (!document.document.texts.empty()) add_document(rows, document);
    for (const SourceGallery& gallery : source.galleries) {
        rows.add(gallery.id, Part::title, gallery.title);
        rows.add(gallery.id, Part::words, gallery.summary);
        for (const SourcePicture& picture : gallery.pictures) {
            rows.add(gallery.id, Part::words, picture.title);
            rows.add(gallery.id, Part::body, picture.alt);
            rows.add(gallery.id, Part::body, picture.place);
        }
    }
    for (const SourceEvent& event : source.events) {
        rows.add("timeline", Part::words, event.title);
        rows.add("timeline", Part::body, event.text);
        rows.add("timeline", Part::body, event.place);
    }
    return rows.made();
}

}  // namespace xinghuo
