#include "tools/packer/json_lines.h"

#include <vector>

namespace xinghuo {
namespace {

class Walker {
public:
    Walker(std::string_view text, std::unordered_map<std::string, int>& lines) : text_(text), lines_(lines) {}
    void value(const std::string& path) {
        skip();
        if (at_ >= text_.size()) return;
        lines_.emplace(path, line_);
        const char c = text_[at_];
        if (c == '{') {
            object(path);
        } else if (c == '[') {
            array(path);
        } else if (c == '"') {
            (void)string();
        } else {
            while (at_ < text_.size() && std::string_view(",]} \t\r\n/").find(text_[at_]) == std::string_view::npos) ++at_;
        }
    }

private:
    void object(const std::string& path) {
        for (++at_, skip(); at_ < text_.size() && text_[at_] != '}'; skip()) {
            if (text_[at_] == ',') { ++at_; continue; }
            if (text_[at_] != '"') return;
            const int key_line = line_;
            const std::string key = string();
            const std::string inner = path.empty() ? key : path + "." + key;
            lines_.emplace(inner, key_line);
            skip();
            ++at_;  // the colon
            value(inner);
        }
        ++at_;
    }
    void array(const std::string& path) {
        std::size_t n = 0;
        for (++at_, skip(); at_ < text_.size() && text_[at_] != ']'; skip()) {
            if (text_[at_] == ',') { ++at_; continue; }
            const std::size_t before = at_;
            value(path + "[" + std::to_string(n++) + "]");
            if (at_ == before) return;
        }
        ++at_;
    }
    std::string string() {
        std::string out;
        for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_) {
            if (text_[at_] == '\\') ++at_;
            if (at_ < text_.size()) out += text_[at_];
        }
        ++at_;
        return out;
    }
    void skip() {
        while (at_ < text_.size()) {
            const char c = text_[at_];
            if (c == '\n') ++line_;
            if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
                ++at_;
            } else if (text_.substr(at_, 2) == "//") {
                while (at_ < text_.size() && text_[at_] != '\n') ++at_;
            } else if (text_.substr(at_, 2) == "/*") {
                for (; at_ < text_.size() && text_.substr(at_, 2) != "*/"; ++at_) line_ += text_[at_] == '\n' ? 1 : 0;
                at_ += 2;
            } else {
                return;
            }
        }
    }
    std::string_view text_;
    std::unordered_map<std::string, int>& lines_;
    std::size_t at_ = 0;
    int line_ = 1;
};

}  // namespace

JsonLines::JsonLines(std::string_view text) { Walker(text, lines_).value(""); }

int JsonLines::line(std::string path) const {
    for (;;) {
        const auto found = lines_.find(path);
        if (found != lines_.end()) return found->second;
        const std::size_t cut = path.find_last_of(".[");
        if (cut == std::string::npos) return 1;
        path.resize(cut);
    }
}

}  // namespace xinghuo
