#include "content/quiz/gift.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "content/base/text.h"
#include "content/quiz/gift_block.h"

namespace xinghuo {
namespace {

constexpr std::size_t kMostBytes = 8u << 20;
constexpr std::size_t kMostQuestions = 20'000;
constexpr std::size_t kMostErrors = 200;
constexpr std::size_t kMostBlockBytes = 64u << 10;
constexpr std::size_t kMostCategoryBytes = 1000;

bool control(char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n') || c == 0x7F; }

// The file in lines with '\n' only, valid UTF-8 and no control characters; what was not so is an error of its line.
std::string cleaned(std::string_view bytes, std::vector<GiftError>& errors) {
    if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
    std::string out;
    out.reserve(bytes.size());
    int line = 1;
    for (std::size_t at = 0; at < bytes.size(); ++line) {
        const std::size_t end = std::min(bytes.find_first_of("\r\n", at), bytes.size());
        const std::string_view raw = bytes.substr(at, end - at);
        std::string text = to_utf8(to_utf32(raw));
        if (text != raw) errors.push_back({line, "this line is not UTF-8"});
        if (std::erase_if(text, control) > 0) errors.push_back({line, "control characters were left out"});
        out += text;
        if (end < bytes.size()) out += '\n';
        at = end + (bytes.substr(end).starts_with("\r\n") ? 2 : 1);
    }
    return out;
}

std::vector<std::string_view> lines_of(std::string_view text) {
    std::vector<std::string_view> out;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        out.push_back(text.substr(at, end - at));
        at = end + 1;
    }
    return out;
}

bool blank(std::string_view line) { return gift::trimmed(line).empty(); }

// After a blank line inside braces: the rest of the same answers, not a question of its own.
bool continues_answers(const gift::Block& block) {
    const std::string_view text = gift::trimmed(block.text);
    if (text.empty()) return true;
    const std::size_t brace = text.find_first_of("{}");
    return (brace != std::string_view::npos && text[brace] == '}') ||
           (brace == std::string_view::npos && std::string_view("~=#").find(text.front()) != std::string_view::npos);
}

class FileReader {
public:
    explicit FileReader(GiftFile& file, std::vector<GiftError>& errors) : file_(file), errors_(errors) {}

    // False: the limit is reached, stop.
    bool block(const std::vector<std::string_view>& lines, int first_line) {
        std::size_t size = 0;
        for (const std::string_view line : lines) size += line.size() + 1;
        if (size > kMostBlockBytes) {
            errors_.push_back(
                {first_line, fmt::format("a question over {} bytes; is a blank line missing?", kMostBlockBytes)});
            return true;
        }
        gift::Block block = gift::make_block(lines, first_line);
        if (after_open_braces_ && continues_answers(block)) {
            after_open_braces_ = block.text.find('}') == std::string::npos;
            return true;
        }
        after_open_braces_ = false;
        category(block);
        if (gift::trimmed(block.text).empty()) return true;
        if (file_.questions.size() == kMostQuestions) {
            errors_.push_back(
                {first_line, fmt::format("more than {} questions; the rest is not read", kMostQuestions)});
            return false;
        }
        question(block);
        return true;
    }

private:
    // Takes a $CATEGORY: line away from the block.
    void category(gift::Block& block) {
        const std::string_view text = gift::trimmed(block.text);
        if (!text.starts_with("$CATEGORY:")) return;
        const auto start = static_cast<std::size_t>(text.data() - block.text.data());
        const std::size_t end = std::min(block.text.find('\n', start), block.text.size());
        const std::string named = gift::unescaped(text.substr(10, end - start - 10));
        if (named.empty()) errors_.push_back({block.line_of(text), "$CATEGORY: names no category"});
        if (named.size() > kMostCategoryBytes)
            errors_.push_back({block.line_of(text), fmt::format("a category over {} bytes", kMostCategoryBytes)});
        else if (!named.empty())
            category_ = named;
        std::fill(block.text.begin() + static_cast<std::ptrdiff_t>(start),
                  block.text.begin() + static_cast<std::ptrdiff_t>(end), ' ');
        const std::string_view rest = gift::trimmed(block.text);
        if (!rest.empty()) errors_.push_back({block.line_of(rest), "a blank line is missing after $CATEGORY"});
    }

    void question(const gift::Block& block) {
        gift::Reading reading = gift::read_question(block, errors_);
        after_open_braces_ = reading.open_braces;
        if (reading.question.empty()) return;
        GiftQuestion& read = reading.question.front();
        read.category = category_;
        bool good = gift::check_question(read, errors_);
        if (!read.id.empty()) {
            const auto [first, is_new] = lines_of_ids_.emplace(read.id, read.line);
            if (!is_new) {
                errors_.push_back(
                    {read.line, fmt::format("the id '{}' was given before, in line {}", read.id, first->second)});
                good = false;
            }
        }
        if (good) file_.questions.push_back(std::move(read));
    }

    GiftFile& file_;
    std::vector<GiftError>& errors_;
    std::string category_;
    std::unordered_map<std::string, int> lines_of_ids_;
    bool after_open_braces_ = false;
};

}  // namespace

GiftFile read_gift(std::string_view bytes) {
    GiftFile file;
    std::vector<GiftError> errors;
    if (bytes.size() > kMostBytes) {
        file.errors.push_back({1, fmt::format("the file is over {} bytes", kMostBytes)});
        file.errors_total = 1;
        return file;
    }
    const std::string text = cleaned(bytes, errors);
    const std::vector<std::string_view> lines = lines_of(text);
    FileReader reader(file, errors);
    std::vector<std::string_view> block;
    for (std::size_t i = 0; i <= lines.size(); ++i) {
        if (i < lines.size() && !blank(lines[i])) {
            block.push_back(lines[i]);
        } else if (!block.empty()) {
            const bool go_on = reader.block(block, static_cast<int>(i - block.size()) + 1);
            block.clear();
            if (!go_on) break;
        }
    }
    std::stable_sort(errors.begin(), errors.end(), [](const auto& a, const auto& b) { return a.line < b.line; });
    file.errors_total = errors.size();
    errors.resize(std::min(errors.size(), kMostErrors));
    file.errors = std::move(errors);
    return file;
}

}  // namespace xinghuo
