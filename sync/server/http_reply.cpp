#include "sync/server/http_reply.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "content/base/json.h"

namespace xinghuo {
namespace {

std::string_view reason_of(int status) {
    switch (status) {
        case 200: return "OK";
        case 201: return "Created";
        case 202: return "Accepted";
        case 204: return "No Content";
        case 206: return "Partial Content";
        case 304: return "Not Modified";
        case 400: return "Bad Request";
        case 401: return "Unauthorized";
        case 403: return "Forbidden";
        case 404: return "Not Found";
        case 405: return "Method Not Allowed";
        case 409: return "Conflict";
        case 411: return "Length Required";
        case 412: return "Precondition Failed";
        case 413: return "Content Too Large";
        case 415: return "Unsupported Media Type";
        case 416: return "Range Not Satisfiable";
        case 417: return "Expectation Failed";
        case 422: return "Unprocessable Content";
        case 429: return "Too Many Requests";
        case 431: return "Request Header Fields Too Large";
        case 500: return "Internal Server Error";
        case 501: return "Not Implemented";
        case 503: return "Service Unavailable";
        default: return "Reply";
    }
}

bool fits_a_line(std::string_view text) {
    return std::none_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\t'; });
}

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

// "+" is itself in a path.
std::string path_decoded(std::string_view text) {
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const int high = text[i] == '%' && i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
        const int low = high >= 0 ? hex_digit(text[i + 2]) : -1;
        if (low >= 0) {
            plain += static_cast<char>(high * 16 + low);
            i += 2;
        } else {
            plain += text[i];
        }
    }
    return plain;
}

// Never outside the folder, whatever links lie in it.
Descriptor open_beneath(const Path& folder, const std::string& relative) {
    const Descriptor base(::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!base) return Descriptor();
    open_how how{};
    how.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK;
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
    return Descriptor(static_cast<int>(::syscall(SYS_openat2, base.get(), relative.c_str(), &how, sizeof how)));
}

struct ByteSpan {
    std::uint64_t first = 0, last = 0;
};
enum class RangeKind { none, part, unsatisfiable };

bool whole_number(std::string_view text, std::uint64_t& number) {
    const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
    return !text.empty() && read.ec == std::errc() && read.ptr == text.data() + text.size();
}

// "bytes=100-", "bytes=0-99", "bytes=-5"; what is broken or has several ranges is as if it were not there (RFC 9110 §14.2).
RangeKind read_range(std::string_view text, std::uint64_t size, ByteSpan& span) {
    constexpr std::string_view unit = "bytes=";
    if (!text.starts_with(unit)) return RangeKind::none;
    text.remove_prefix(unit.size());
    const std::size_t dash = text.find('-');
    if (dash == std::string_view::npos || text.find(',') != std::string_view::npos) return RangeKind::none;
    const std::string_view from = text.substr(0, dash), to = text.substr(dash + 1);
    std::uint64_t a = 0, b = 0;
    if (from.empty()) {
        if (!whole_number(to, b)) return RangeKind::none;
        if (b == 0 || size == 0) return RangeKind::unsatisfiable;
        span = {size - std::min(b, size), size - 1};
        return RangeKind::part;
    }
    if (!whole_number(from, a) || (!to.empty() && (!whole_number(to, b) || b < a))) return RangeKind::none;
    if (a >= size) return RangeKind::unsatisfiable;
    span = {a, to.empty() ? size - 1 : std::min(b, size - 1)};
    return RangeKind::part;
}

bool names_etag(std::string_view list, std::string_view etag) {
    return list == "*" || list.find(etag) != std::string_view::npos;
}

std::string_view type_of(const std::string& name) {
    return name.ends_with(".json") ? "application/json" : "application/octet-stream";
}

}  // namespace

HttpReply wrong_method(std::string_view allowed) {
    HttpReply reply = refusal(405, "not this method here, but " + std::string(allowed));
    reply.headers.emplace_back("allow", std::string(allowed));
    return reply;
}

HttpReply json_reply(std::string body, int status) {
    HttpReply reply;
    reply.status = status;
    reply.headers.emplace_back("content-type", "application/json");
    reply.body = std::move(body);
    return reply;
}

HttpReply refusal(int status, std::string_view sentence) {
    JsonWriter w;
    w.object().key("error").value(sentence).end();
    return json_reply(w.text(), status);
}

std::string http_date(WallTime when) {
    using namespace std::chrono;
    constexpr std::array days_of_week{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto at = floor<std::chrono::seconds>(sys_time<milliseconds>(milliseconds(when.unix_ms)));
    const sys_days day = floor<days>(at);
    const year_month_day d(day);
    const hh_mm_ss<std::chrono::seconds> t(at - day);
    return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", days_of_week.at(weekday(day).c_encoding()), static_cast<unsigned>(d.day()),
                       months.at(static_cast<unsigned>(d.month()) - 1), static_cast<int>(d.year()), t.hours().count(), t.minutes().count(), t.seconds().count());
}

std::string reply_head(const HttpReply& reply, const ReplyManner& manner) {
    // No browser takes a body for anything but what its type says.
    std::string head = fmt::format("HTTP/1.1 {} {}\r\nDate: {}\r\nX-Content-Type-Options: nosniff\r\n", reply.status, reason_of(reply.status), http_date(manner.now));
    for (const auto& header : reply.headers) {
        if (header.first == "content-length" || header.first == "connection" || !fits_a_line(header.first) || !fits_a_line(header.second)) continue;
        head += header.first;
        head += ": ";
        head += header.second;
        head += "\r\n";
    }
    if (reply.status != 204 && reply.status != 304) head += fmt::format("Content-Length: {}\r\n", manner.body_bytes);
    if (!manner.keep_alive) head += "Connection: close\r\n";
    if (manner.keep_alive && manner.http_1_0) head += "Connection: keep-alive\r\n";
    head += "\r\n";
    return head;
}

FileReply answer_file(const Path& folder, std::string_view encoded_relative_path, const HttpRequest& request) {
    FileReply answer;
    if (request.method != "GET" && request.method != "HEAD") {
        answer.reply = refusal(405, "what lies here is only read");
        answer.reply.headers.emplace_back("allow", "GET, HEAD");
        return answer;
    }
    const std::string relative = path_decoded(encoded_relative_path);
    struct stat about {};
    Descriptor file = is_safe_relative_path(relative) && relative.find("/.") == std::string::npos && relative.front() != '.' ? open_beneath(folder, relative) : Descriptor();
    if (!file || ::fstat(file.get(), &about) != 0 || !S_ISREG(about.st_mode)) {
        answer.reply = refusal(404, "no such file");
        return answer;
    }
    const auto size = static_cast<std::uint64_t>(about.st_size);
    const std::string etag = fmt::format("\"{:x}-{:x}-{:x}\"", about.st_mtim.tv_sec, about.st_mtim.tv_nsec, size);
    const std::string modified = http_date({static_cast<std::int64_t>(about.st_mtim.tv_sec) * 1000});
    HttpReply& reply = answer.reply;
    reply.headers = {{"etag", etag}, {"last-modified", modified}, {"accept-ranges", "bytes"}, {"cache-control", "no-cache"}};

    const std::string* none_match = find_header(request.headers, "if-none-match");
    const std::string* since = find_header(request.headers, "if-modified-since");
    if (none_match != nullptr ? names_etag(*none_match, etag) : since != nullptr && *since == modified) {
        reply.status = 304;
        return answer;
    }
    reply.headers.emplace_back("content-type", std::string(type_of(relative)));
    ByteSpan span{0, size == 0 ? 0 : size - 1};
    RangeKind kind = RangeKind::none;
    const std::string* range = find_header(request.headers, "range");
    const std::string* if_range = find_header(request.headers, "if-range");
    if (range != nullptr && (if_range == nullptr || *if_range == etag || *if_range == modified)) kind = read_range(*range, size, span);
    if (kind == RangeKind::unsatisfiable) {
        reply = refusal(416, "the file is shorter than that");
        reply.headers.emplace_back("content-range", fmt::format("bytes */{}", size));
        return answer;
    }
    if (kind == RangeKind::part) {
        reply.status = 206;
        reply.headers.emplace_back("content-range", fmt::format("bytes {}-{}/{}", span.first, span.last, size));
    }
    answer.piece = {std::move(file), span.first, size == 0 ? 0 : span.last - span.first + 1};
    return answer;
}

}  // namespace xinghuo
