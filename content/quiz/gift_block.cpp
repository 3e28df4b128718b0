#include "content/quiz/gift_block.h"

#include <algorithm>

namespace xinghuo::gift {
namespace {

constexpr std::size_t kMostTags = 32;
constexpr std::string_view kIdeographicSpace = "\u3000";
constexpr char kFirstPlaceholder = '\x01';  // … up to \x08, less than \t and \n

char placeholder(std::size_t index) { return static_cast<char>(kFirstPlaceholder + static_cast<char>(index)); }

// "[id:q1] [tag:easy]" in a comment; \] stands for a bracket inside.
void read_marks(std::string_view comment, std::string_view key, std::vector<std::string>& out) {
    for (std::size_t at = comment.find(key); at != std::string_view::npos; at = comment.find(key, at)) {
        at += key.size();
        std::string value;
        while (at < comment.size() && comment[at] != ']') {
            if (comment.substr(at).starts_with("\\]")) ++at;
            value.push_back(comment[at++]);
        }
        if (at == comment.size()) return;
        if (const std::string_view clean = trimmed(value); !clean.empty() && out.size() < kMostTags)
            out.emplace_back(clean);
    }
}

void append_escaped(std::string& out, std::string_view line) {
    for (std::size_t i = 0; i < line.size(); ++i) {
        const std::size_t which =
            line[i] == '\\' && i + 1 < line.size() ? kEscapable.find(line[i + 1]) : std::string_view::npos;
        if (which == std::string_view::npos) {
            out.push_back(line[i]);
        } else {
            out.push_back(placeholder(which));
            ++i;
        }
    }
}

}  // namespace

std::string_view trimmed(std::string_view part) {
    while (true) {
        const std::size_t before = part.size();
        while (!part.empty() && (part.front() == ' ' || part.front() == '\t' || part.front() == '\n'))
            part.remove_prefix(1);
        while (!part.empty() && (part.back() == ' ' || part.back() == '\t' || part.back() == '\n'))
            part.remove_suffix(1);
        if (part.starts_with(kIdeographicSpace)) part.remove_prefix(kIdeographicSpace.size());
        if (part.ends_with(kIdeographicSpace)) part.remove_suffix(kIdeographicSpace.size());
        if (part.size() == before) return part;
    }
}

std::string unescaped(std::string_view part) {
    std::string out;
    for (const char c : trimmed(part)) {
        const std::size_t index = static_cast<std::size_t>(static_cast<unsigned char>(c)) - 1;
        if (index >= kEscapable.size())
            out.push_back(c);
        else
            out.push_back(kEscapable[index] == 'n' ? '\n' : kEscapable[index]);
    }
    return std::string(trimmed(out));
}

int Block::line_of(std::string_view part) const {
    const std::ptrdiff_t offset = part.data() - text.data();
    return first_line + static_cast<int>(std::count(text.begin(), text.begin() + offset, '\n'));
}

Block make_block(const std::vector<std::string_view>& lines, int first_line) {
    Block block;
    block.first_line = first_line;
    std::vector<std::string> ids;
    for (const std::string_view line : lines) {
        if (trimmed(line).starts_with("//")) {
            read_marks(line, "[id:", ids);
            read_marks(line, "[tag:", block.tags);
        } else {
            append_escaped(block.text, line);
        }
        block.text.push_back('\n');
    }
    if (!ids.empty()) block.id = ids.front();
    return block;
}

}  // namespace xinghuo::gift
