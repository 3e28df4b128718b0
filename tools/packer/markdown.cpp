#include "tools/packer/markdown.h"

#include <fmt/format.h>
#include <md4c.h>

#include <algorithm>
#include <map>
#include <utility>

#include "content/base/text.h"

namespace xinghuo {
namespace {

using Kind = DocumentBlock::Kind;

constexpr std::string_view wide_space = "\xE3\x80\x80";

struct Reader {
    std::string_view text;
    int first_line;
    const std::string& file;
    Problems& problems;
    const std::map<std::string, int>& note_numbers;
    std::vector<bool>& note_used;
    Markdown made{};

    // Where we are.
    std::size_t seen = 0;                // byte of the last piece of text
    int quotes = 0, strong = 0, emphasis = 0, code = 0;
    struct List { bool ordered = false; unsigned next = 1; };
    std::vector<List> lists{};
    bool item_begun = false;             // the mark of the item is still to be written
    bool in_picture = false;
    DocumentBlock picture{};
    std::vector<DocumentBlock> pictures{};  // of this paragraph
    DocumentRuns runs{};
    int block_line = 0;
    std::string wanted{};                // a problem that gets the line of the text that follows

    [[nodiscard]] int line_of(std::size_t byte) const {
        return first_line + static_cast<int>(std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(std::min(byte, text.size())), '\n'));
    }
    void refuse(std::string what) { problems.add(file, line_of(seen), std::move(what)); }
    // The text that follows stands on the line that is meant.
    void refuse_next(std::string what) { if (wanted.empty()) wanted = std::move(what); }

    void note_place(const char* at) {
        if (at >= text.data() && at < text.data() + text.size()) seen = static_cast<std::size_t>(at - text.data());
        if (!wanted.empty()) refuse(std::exchange(wanted, {}));
        if (block_line == 0) block_line = line_of(seen);
    }

    void append(std::string_view words) {
        if (in_picture) {
            picture.alt += words;
            return;
        }
        const bool s = strong > 0, e = emphasis > 0;
        if (runs.empty() || runs.back().strong != s || runs.back().emphasis != e) runs.push_back({"", s, e, 0});
        runs.back().text += words;
    }

    void begin() {
        runs.clear();
        pictures.clear();
        block_line = 0;
    }

    void put(DocumentBlock block) {
        made.blocks.push_back(std::move(block));
        made.lines.push_back(block_line == 0 ? line_of(seen) : block_line);
    }

    // "text[^1]more" → text, note, more.
    void split_notes() {
        DocumentRuns split;
        for (DocumentRun& run : runs) {
            std::string_view rest = run.text;
            for (std::size_t at = rest.find("[^"); at != std::string_view::npos; at = rest.find("[^")) {
                const std::size_t end = rest.find(']', at);
                if (end == std::string_view::npos) break;
                const std::string name(rest.substr(at + 2, end - at - 2));
                if (at > 0) split.push_back({std::string(rest.substr(0, at)), run.strong, run.emphasis, 0});
                if (const auto number = note_numbers.find(name); number != note_numbers.end()) {
                    split.push_back({"", false, false, number->second});
                    note_used[static_cast<std::size_t>(number->second - 1)] = true;
                } else {
                    problems.add(file, block_line, fmt::format("[^{}]: there is no line \"[^{}]: …\" with the note's text", name, name));
                }
                rest.remove_prefix(end + 1);
            }
            if (!rest.empty()) split.push_back({std::string(rest), run.strong, run.emphasis, 0});
        }
        runs = std::move(split);
    }

    void check_marks() {
        for (const DocumentRun& run : runs)
            if (run.text.find("**") != std::string::npos || run.text.find("__") != std::string::npos)
                return problems.add(file, block_line, "** was not understood: beside a quotation mark or other mark, put the ** inside it (“**words**”)");
    }

    // Spaces at both ends fall away, also the two wide ones that Chinese paragraphs are often begun with.
    void trim() {
        while (!runs.empty()) {
            std::string& first = runs.front().text;
            if (first.starts_with(wide_space)) first.erase(0, wide_space.size());
            else if (first.starts_with(' ') || first.starts_with('\n')) first.erase(0, 1);
            else if (first.empty() && runs.front().note == 0) runs.erase(runs.begin());
            else break;
        }
        while (!runs.empty() && runs.back().note == 0) {
            std::string& last = runs.back().text;
            if (last.ends_with(wide_space)) last.erase(last.size() - wide_space.size());
            else if (last.ends_with(' ') || last.ends_with('\n')) last.pop_back();
            else if (last.empty()) runs.pop_back();
            else break;
        }
    }

    void end_paragraph() {
        trim();
        check_marks();
        split_notes();
        if (!pictures.empty() && !runs.empty()) problems.add(file, block_line, "a picture stands in a paragraph of its own: put an empty line before and after it");
        for (DocumentBlock& each : pictures) put(std::move(each));
        if (runs.empty()) return;
        DocumentBlock block;
        block.kind = !lists.empty() ? Kind::item : quotes > 0 ? Kind::quote : Kind::paragraph;
        if (!lists.empty()) {
            block.level = static_cast<int>(lists.size()) - 1;
            if (item_begun) block.mark = lists.back().ordered ? fmt::format("{}.", lists.back().next++) : "•";
            item_begun = false;
        }
        block.runs = std::move(runs);
        put(std::move(block));
        begin();
    }
};

Reader& reader(void* data) { return *static_cast<Reader*>(data); }

// A tight list's items have no paragraphs of their own: what was gathered belongs to the item.
void flush_item(Reader& r) {
    if (!r.runs.empty() || !r.pictures.empty()) r.end_paragraph();
}

int enter_block(MD_BLOCKTYPE type, void* detail, void* data) {
    Reader& r = reader(data);
    switch (type) {
        case MD_BLOCK_QUOTE: ++r.quotes; break;
        case MD_BLOCK_UL:
        case MD_BLOCK_OL:
            flush_item(r);
            r.lists.push_back({type == MD_BLOCK_OL, type == MD_BLOCK_OL ? static_cast<MD_BLOCK_OL_DETAIL*>(detail)->start : 1});
            if (r.lists.size() > 3) r.refuse_next("lists lie in each other at most three deep");
            break;
        case MD_BLOCK_LI:
            r.begin();
            r.item_begun = true;
            break;
        case MD_BLOCK_HR: r.put({Kind::rule, 0, "", {}, "", "", 0, 0}); break;
        case MD_BLOCK_CODE: r.refuse_next("code is not shown: take the ``` away"); break;
        case MD_BLOCK_HTML: r.refuse_next("HTML is not shown: write it as Markdown"); break;
        case MD_BLOCK_H:
        case MD_BLOCK_P: r.begin(); break;
        default: break;
    }
    return 0;
}

int leave_block(MD_BLOCKTYPE type, void* detail, void* data) {
    Reader& r = reader(data);
    switch (type) {
        case MD_BLOCK_QUOTE: --r.quotes; break;
        case MD_BLOCK_UL:
        case MD_BLOCK_OL: r.lists.pop_back(); break;
        case MD_BLOCK_LI: flush_item(r); break;
        case MD_BLOCK_P: r.end_paragraph(); break;
        case MD_BLOCK_CODE:
        case MD_BLOCK_HTML: r.begin(); break;
        case MD_BLOCK_H: {
            r.trim();
            r.check_marks();
            r.split_notes();
            if (r.runs.empty()) break;
            DocumentBlock block;
            block.kind = Kind::heading;
            block.level = static_cast<MD_BLOCK_H_DETAIL*>(detail)->level <= 2 ? 2 : 3;
            block.runs = std::move(r.runs);
            r.put(std::move(block));
            r.begin();
            break;
        }
        default: break;
    }
    return 0;
}

int enter_span(MD_SPANTYPE type, void* detail, void* data) {
    Reader& r = reader(data);
    switch (type) {
        case MD_SPAN_EM: ++r.emphasis; break;
        case MD_SPAN_STRONG: ++r.strong; break;
        case MD_SPAN_A: r.refuse_next("a link leads out of the hall: write the words, and name the source in the front matter or in a note"); break;
        case MD_SPAN_CODE: r.refuse_next("code is not shown: take the ` away"); break;
        case MD_SPAN_IMG: {
            const auto* image = static_cast<MD_SPAN_IMG_DETAIL*>(detail);
            r.in_picture = true;
            r.picture = {};
            r.picture.kind = Kind::picture;
            r.picture.picture.assign(image->src.text, image->src.size);
            if (image->title.size > 0) r.picture.runs.push_back({std::string(image->title.text, image->title.size)});
            break;
        }
        default: break;
    }
    return 0;
}

int leave_span(MD_SPANTYPE type, void*, void* data) {
    Reader& r = reader(data);
    switch (type) {
        case MD_SPAN_EM: --r.emphasis; break;
        case MD_SPAN_STRONG: --r.strong; break;
        case MD_SPAN_IMG:
            r.in_picture = false;
            if (r.picture.alt.empty()) r.refuse("a picture needs a description of what is seen, for those who do not see it: ![description](" + r.picture.picture + ")");
            r.pictures.push_back(std::move(r.picture));
            break;
        default: break;
    }
    return 0;
}

std::string entity(std::string_view written) {
    if (written == "&amp;") return "&";
    if (written == "&lt;") return "<";
    if (written == "&gt;") return ">";
    if (written == "&quot;") return "\"";
    if (written == "&nbsp;") return "\xC2\xA0";
    return std::string(written);
}

// A line's end in the source is a space between words, and nothing between Chinese characters or marks.
std::string joint(const Reader& r) {
    if (r.in_picture || r.runs.empty() || r.runs.back().text.empty()) return {};
    const std::u32string before = to_utf32(r.runs.back().text);
    return before.back() < 0x2E80 && before.back() != U'”' && before.back() != U'’' && before.back() != U'…' && before.back() != U'—' ? " " : "";
}

int take_text(MD_TEXTTYPE type, const MD_CHAR* at, MD_SIZE size, void* data) {
    Reader& r = reader(data);
    const std::string_view words(at, size);
    if (type == MD_TEXT_NORMAL || type == MD_TEXT_CODE || type == MD_TEXT_HTML || type == MD_TEXT_ENTITY) r.note_place(at);
    switch (type) {
        case MD_TEXT_NORMAL: r.append(words); break;
        case MD_TEXT_ENTITY: r.append(entity(words)); break;
        case MD_TEXT_BR: r.append("\n"); break;
        case MD_TEXT_SOFTBR: r.append(joint(r)); break;
        case MD_TEXT_NULLCHAR: r.refuse("a character with the number 0"); break;
        case MD_TEXT_HTML:
            r.refuse("HTML is not shown: write it as Markdown");
            break;
        default: break;
    }
    return 0;
}

void parse(Reader& r, bool only_text) {
    MD_PARSER parser{};
    parser.flags = MD_FLAG_NOINDENTEDCODEBLOCKS | MD_FLAG_PERMISSIVEAUTOLINKS | MD_FLAG_COLLAPSEWHITESPACE;
    parser.enter_block = enter_block;
    parser.leave_block = leave_block;
    parser.enter_span = enter_span;
    parser.leave_span = leave_span;
    parser.text = take_text;
    if (md_parse(r.text.data(), static_cast<MD_SIZE>(r.text.size()), &parser, &r) != 0) r.refuse("cannot be read as Markdown");
    if (only_text && (r.made.blocks.size() != 1 || r.made.blocks.front().kind != Kind::paragraph))
        r.problems.add(r.file, r.first_line, "a note is one paragraph of text");
}

struct WrittenNote {
    std::string name, text;
    int line = 0;
};

// Takes the lines "[^1]: …" out, and leaves spaces in their place.
std::vector<WrittenNote> take_notes(std::string& body, int first_line) {
    std::vector<WrittenNote> notes;
    int line = first_line;
    for (std::size_t at = 0; at < body.size(); ++line) {
        const std::size_t found = body.find('\n', at), end = found == std::string::npos ? body.size() : found;
        const std::string_view text = std::string_view(body).substr(at, end - at);
        if (const std::size_t closes = text.find("]:"); text.starts_with("[^") && closes != std::string_view::npos && closes > 2) {
            notes.push_back({std::string(text.substr(2, closes - 2)), std::string(text.substr(closes + 2)), line});
            std::fill(body.begin() + static_cast<std::ptrdiff_t>(at), body.begin() + static_cast<std::ptrdiff_t>(end), ' ');
        }
        at = end + 1;
    }
    return notes;
}

}  // namespace

Markdown read_markdown(std::string_view body, int first_line, const std::string& file, Problems& problems) {
    std::string text(body);
    std::erase(text, '\r');
    const std::vector<WrittenNote> written = take_notes(text, first_line);
    std::map<std::string, int> numbers;
    std::vector<bool> used(written.size(), false);
    for (const WrittenNote& note : written)
        if (!numbers.emplace(note.name, static_cast<int>(numbers.size()) + 1).second) problems.add(file, note.line, fmt::format("[^{}]: stands twice", note.name));
    Reader r{text, first_line, file, problems, numbers, used};
    parse(r, false);
    const std::map<std::string, int> none;
    for (std::size_t i = 0; i < written.size(); ++i) {
        Reader note{written[i].text, written[i].line, file, problems, none, used};
        parse(note, true);
        r.made.notes.push_back(note.made.blocks.empty() ? DocumentRuns{} : note.made.blocks.front().runs);
        if (!used[i]) problems.add(file, written[i].line, fmt::format("[^{}]: nothing in the text leads to this note", written[i].name));
    }
    return std::move(r.made);
}

}  // namespace xinghuo
