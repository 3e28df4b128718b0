#include <fmt/format.h>

#include <array>

#include "tools/packer/check.h"
#include "tools/packer/source_file.h"

namespace xinghuo {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// Enough to find it again, and no more.
std::string masked(std::string_view text) {
    if (text.size() < 6) return "***";
    return fmt::format("{}***{}", text.substr(0, 3), text.substr(text.size() - 2));
}

bool speaks_of_numbers(std::string_view line) {
    for (const char* word : {"学号", "工号", "教工号", "student no", "student ID", "Student ID", "Student No", "staff no", "Staff No"})
        if (line.find(word) != std::string_view::npos) return true;
    return false;
}

void check_line(std::string_view line, const std::string& file, int number, Problems& problems) {
    for (std::size_t i = 0; i < line.size();) {
        if (!is_digit(line[i])) {
            ++i;
            continue;
        }
        std::size_t end = i;
        while (end < line.size() && is_digit(line[end])) ++end;
        std::string_view run = line.substr(i, end - i);
        const bool joined = (i > 0 && (is_letter(line[i - 1]) || line[i - 1] == '.')) || (end + 1 < line.size() && line[end] == '.' && is_digit(line[end + 1]));
        if (run.size() == 17 && end < line.size() && (line[end] == 'X' || line[end] == 'x')) run = line.substr(i, ++end - i);
        i = end;
        if (joined) continue;
        if (run.size() == 18 && is_id_card(run)) problems.warn(file, number, "looks like an ID-card number: " + masked(run));
        else if (run.size() == 11 && run[0] == '1' && run[1] >= '3') problems.warn(file, number, "looks like a mobile number: " + masked(run));
        else if (run.size() >= 8 && run.size() <= 12 && speaks_of_numbers(line)) problems.warn(file, number, "looks like a student or staff number: " + masked(run));
        else if (run.size() == 10 && run.starts_with("20") && (run[2] == '1' || run[2] == '2')) problems.warn(file, number, "looks like a student or staff number: " + masked(run));
    }
    for (std::size_t at = line.find('@'); at != std::string_view::npos; at = line.find('@', at + 1)) {
        const auto part = [](char c) { return is_letter(c) || is_digit(c) || c == '.' || c == '_' || c == '-' || c == '+'; };
        std::size_t from = at, to = at + 1;
        while (from > 0 && part(line[from - 1])) --from;
        while (to < line.size() && part(line[to])) ++to;
        const std::string_view place = line.substr(at + 1, to - at - 1);
        const std::size_t dot = place.rfind('.');
        if (from < at && dot != std::string_view::npos && dot > 0 && place.size() - dot > 2) problems.warn(file, number, "looks like an e-mail address: " + masked(line.substr(from, to - from)));
    }
}

}  // namespace

bool is_id_card(std::string_view text) {
    if (text.size() != 18) return false;
    constexpr std::array weights{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
    int sum = 0;
    for (std::size_t i = 0; i < weights.size(); ++i) {
        if (!is_digit(text[i])) return false;
        sum += (text[i] - '0') * weights[i];
    }
    if ((text[17] == 'x' ? 'X' : text[17]) != "10X98765432"[sum % 11]) return false;
    return is_iso_date(fmt::format("{}-{}-{}", text.substr(6, 4), text.substr(10, 2), text.substr(12, 2)));
}

void check_personal(std::string_view text, const std::string& file, int first_line, Problems& problems) {
    int number = first_line;
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        check_line(text.substr(0, end), file, number++, problems);
        if (end == std::string_view::npos) break;
        text.remove_prefix(end + 1);
    }
}

}  // namespace xinghuo
