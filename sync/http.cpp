#include "sync/http.h"

#include <algorithm>

#include "content/base/text.h"

namespace xinghuo {
namespace {

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

Result<std::string> decoded(std::string_view text) {
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '+') {
            plain += ' ';
        } else if (text[i] == '%') {
            const int high = i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
            const int low = i + 2 < text.size() ? hex_value(text[i + 2]) : -1;
            if (high < 0 || low < 0) return Error{ErrorKind::invalid, "a broken % in a form or query"};
            plain += static_cast<char>(high * 16 + low);
            i += 2;
        } else {
            plain += text[i];
        }
    }
    if (!is_utf8(plain)) return Error{ErrorKind::invalid, "a form or query that is no UTF-8"};
    return plain;
}

}  // namespace

const std::string* find_header(const HttpHeaders& headers, std::string_view lower_case_name) {
    const auto found = std::find_if(headers.begin(), headers.end(), [&](const auto& h) { return h.first == lower_case_name; });
    return found == headers.end() ? nullptr : &found->second;
}

void set_header(HttpHeaders& headers, std::string_view lower_case_name, std::string_view value) {
    std::erase_if(headers, [&](const auto& h) { return h.first == lower_case_name; });
    headers.emplace_back(lower_case_name, value);
}

std::string_view HttpRequest::path() const {
    return std::string_view(target).substr(0, target.find('?'));
}

std::string_view HttpRequest::query() const {
    const std::size_t mark = target.find('?');
    return mark == std::string::npos ? std::string_view() : std::string_view(target).substr(mark + 1);
}

Result<std::vector<std::pair<std::string, std::string>>> read_form(std::string_view text) {
    std::vector<std::pair<std::string, std::string>> pairs;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('&'), text.size());
        const std::string_view pair = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (pair.empty()) continue;
        const std::size_t equals = std::min(pair.find('='), pair.size());
        auto name = decoded(pair.substr(0, equals));
        if (!name) return name.error();
        auto value = decoded(pair.substr(std::min(equals + 1, pair.size())));
        if (!value) return value.error();
        pairs.emplace_back(std::move(*name), std::move(*value));
    }
    return pairs;
}

std::string percent_encoded(std::string_view text) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string encoded;
    for (const char c : text) {
        const bool unreserved = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
        if (unreserved) {
            encoded += c;
        } else {
            encoded += '%';
            encoded += digits[static_cast<unsigned char>(c) >> 4];
            encoded += digits[static_cast<unsigned char>(c) & 15];
        }
    }
    return encoded;
}

}  // namespace xinghuo
