#include "content/base/gzip.h"

#include <zlib.h>

#include <array>

namespace xinghuo {
namespace {

constexpr int gzip_window = 15 + 16;  // zlib.h: 16 more asks for the gzip form

}  // namespace

std::string gzipped(std::string_view plain, int level) {
    z_stream stream{};
    insist(deflateInit2(&stream, level, Z_DEFLATED, gzip_window, 8, Z_DEFAULT_STRATEGY) == Z_OK, "no memory to pack");
    std::string packed(deflateBound(&stream, static_cast<uLong>(plain.size())), '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(plain.data()));
    stream.avail_in = static_cast<uInt>(plain.size());
    stream.next_out = reinterpret_cast<Bytef*>(packed.data());
    stream.avail_out = static_cast<uInt>(packed.size());
    const int end = deflate(&stream, Z_FINISH);
    packed.resize(stream.total_out);
    deflateEnd(&stream);
    insist(end == Z_STREAM_END, "deflateBound was too small");
    return packed;
}

Result<std::string> gunzipped(std::string_view packed, std::size_t limit_bytes) {
    z_stream stream{};
    if (inflateInit2(&stream, gzip_window) != Z_OK) return Error{ErrorKind::io, "no memory to unpack"};
    struct Closing {
        z_stream* stream;
        ~Closing() { inflateEnd(stream); }
    } closing{&stream};
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
    stream.avail_in = static_cast<uInt>(packed.size());
    std::string plain;
    std::array<char, 65536> piece;
    for (;;) {
        stream.next_out = reinterpret_cast<Bytef*>(piece.data());
        stream.avail_out = static_cast<uInt>(piece.size());
        const int state = inflate(&stream, Z_NO_FLUSH);
        const std::size_t came = piece.size() - stream.avail_out;
        if (plain.size() + came > limit_bytes) return Error{ErrorKind::too_large, "gzip: more than " + std::to_string(limit_bytes) + " bytes come out"};
        plain.append(piece.data(), came);
        if (state == Z_STREAM_END) break;
        if (state != Z_OK) return Error{ErrorKind::invalid, std::string("gzip: ") + (stream.msg != nullptr ? stream.msg : "cut off")};
        if (came == 0 && stream.avail_in == 0) return Error{ErrorKind::invalid, "gzip: cut off"};
    }
    if (stream.avail_in != 0) return Error{ErrorKind::invalid, "gzip: something stands behind it"};
    return plain;
}

}  // namespace xinghuo
