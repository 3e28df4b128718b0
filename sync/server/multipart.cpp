#include "sync/server/multipart.h"

#include <algorithm>

namespace xinghuo {
namespace {

constexpr std::size_t longest_boundary = 70;  // RFC 2046 §5.1.1
constexpr std::size_t most_header_bytes = 8'192;

bool is_token(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}
bool all_token(std::string_view text) { return !text.empty() && std::all_of(text.begin(), text.end(), is_token); }

std::string lower(std::string_view text) {
    std::string made(text);
    for (char& c : made)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return made;
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r')) text.remove_suffix(1);
    return text;
}

bool legal_boundary(std::string_view boundary) {
    if (boundary.empty() || boundary.size() > longest_boundary || boundary.back() == ' ') return false;
    return std::all_of(boundary.begin(), boundary.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || std::string_view("'()+_,-./:=? ").find(c) != std::string_view::npos;
    });
}

// A line of the body that is "--boundary" or "--boundary--".
struct BoundaryLine {
    std::size_t begin = std::string_view::npos;  // of the line break before it: what belongs to the part ends here
    std::size_t after = 0;                       // the first byte of what follows
    bool last = false;
};

BoundaryLine next_boundary(std::string_view body, std::string_view delimiter, std::size_t from) {
    for (std::size_t at = body.find(delimiter, from); at != std::string_view::npos; at = body.find(delimiter, at + 1)) {
        if (at != 0 && body[at - 1] != '\n') continue;
        BoundaryLine line;
        std::size_t end = at + delimiter.size();
        if (body.substr(end, 2) == "--") {
            line.last = true;
            end += 2;
        }
        while (end < body.size() && (body[end] == ' ' || body[end] == '\t')) ++end;  // padding by a gateway
        if (body.substr(end, 2) == "\r\n") end += 2;
        else if (end < body.size() && body[end] == '\n') ++end;
        else if (!(line.last && end == body.size())) continue;  // a longer word that begins like the boundary
        line.begin = at == 0 ? 0 : at >= 2 && body[at - 2] == '\r' ? at - 2 : at - 1;
        line.after = end;
        return line;
    }
    return {};
}

Result<BodyPart> read_part(std::string_view text) {
    BodyPart part;
    std::size_t at = 0;
    while (true) {
        const std::size_t end = text.find('\n', at);
        if (end == std::string_view::npos) return Error{ErrorKind::invalid, "a part without the empty line behind its headers"};
        if (end > most_header_bytes) return Error{ErrorKind::too_large, "the headers of a part are too long"};
        const std::string_view line = text.substr(at, end - at);
        at = end + 1;
        if (line.empty() || line == "\r") break;
        const std::size_t colon = line.find(':');
        if (colon == std::string_view::npos || !all_token(line.substr(0, colon))) return Error{ErrorKind::invalid, "a broken header in a part"};
        std::string name = lower(line.substr(0, colon));
        if (find_header(part.headers, name) != nullptr) return Error{ErrorKind::invalid, "the header \"" + name + "\" stands twice in one part"};
        part.headers.emplace_back(std::move(name), trimmed(line.substr(colon + 1)));
    }
    part.bytes = text.substr(at);
    return part;
}

}  // namespace

std::string_view MediaType::parameter(std::string_view name) const {
    const std::string* found = find_header(parameters, name);
    return found == nullptr ? std::string_view() : std::string_view(*found);
}

std::string_view BodyPart::header(std::string_view lower_case_name) const {
    const std::string* found = find_header(headers, lower_case_name);
    return found == nullptr ? std::string_view() : std::string_view(*found);
}

Result<MediaType> read_media_type(std::string_view text) {
    const Error broken{ErrorKind::invalid, "a broken Content-Type"};
    const std::size_t semicolon = std::min(text.find(';'), text.size());
    MediaType type;
    type.essence = lower(trimmed(text.substr(0, semicolon)));
    const std::size_t slash = type.essence.find('/');
    if (slash == std::string::npos || !all_token(std::string_view(type.essence).substr(0, slash)) || !all_token(std::string_view(type.essence).substr(slash + 1)))
        return broken;
    std::size_t at = semicolon;
    while (at < text.size()) {
        if (text[at] == ';' || text[at] == ' ' || text[at] == '\t') {
            ++at;
            continue;
        }
        const std::size_t equals = text.find('=', at);
        if (equals == std::string_view::npos || !all_token(text.substr(at, equals - at))) return broken;
        std::string name = lower(text.substr(at, equals - at));
        std::string value;
        at = equals + 1;
        if (at < text.size() && text[at] == '"') {
            for (++at; at < text.size() && text[at] != '"'; ++at) {
                if (text[at] == '\\' && at + 1 < text.size()) ++at;
                value += text[at];
            }
            if (at >= text.size()) return broken;
            ++at;
        } else {
            const std::size_t end = std::min(text.find(';', at), text.size());
            value = trimmed(text.substr(at, end - at));  // not all who send "boundary=a(b" quote it
            at = end;
        }
        if (find_header(type.parameters, name) != nullptr) return broken;
        type.parameters.emplace_back(std::move(name), std::move(value));
    }
    return type;
}

Result<std::vector<BodyPart>> read_multipart(std::string_view boundary, std::string_view body) {
    if (!legal_boundary(boundary)) return Error{ErrorKind::invalid, "a multipart without a legal boundary"};
    const std::string delimiter = "--" + std::string(boundary);
    std::vector<BodyPart> parts;
    BoundaryLine line = next_boundary(body, delimiter, 0);
    if (line.begin == std::string_view::npos) return Error{ErrorKind::invalid, "the multipart's boundary does not occur in it"};
    while (!line.last) {
        // The line break behind this boundary may be the one before the next: a part of nothing at all.
        const BoundaryLine next = next_boundary(body, delimiter, line.after);
        if (next.begin == std::string_view::npos) return Error{ErrorKind::invalid, "the multipart ends before its last boundary"};
        if (next.begin < line.after) return Error{ErrorKind::invalid, "a part without the empty line behind its headers"};
        if (parts.size() == most_body_parts) return Error{ErrorKind::too_large, "more than " + std::to_string(most_body_parts) + " parts"};
        auto part = read_part(body.substr(line.after, next.begin - line.after));
        if (!part) return part.error();
        parts.push_back(std::move(*part));
        line = next;
    }
    if (parts.empty()) return Error{ErrorKind::invalid, "a multipart without parts"};
    return parts;
}

std::string multipart_body(std::string_view boundary, const std::vector<BodyPart>& parts) {
    std::size_t size = boundary.size() + 8;
    for (const BodyPart& part : parts) size += part.bytes.size() + boundary.size() + 200;
    std::string body;
    body.reserve(size);
    for (const BodyPart& part : parts) {
        body.append("--").append(boundary).append("\r\n");
        for (const auto& [name, value] : part.headers) body.append(name).append(": ").append(value).append("\r\n");
        body.append("\r\n").append(part.bytes).append("\r\n");
    }
    return body.append("--").append(boundary).append("--\r\n");
}

}  // namespace xinghuo
