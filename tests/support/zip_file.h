// ZIP files by hand, unpacked, sound or lying: what no library would write.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "content/base/file.h"

namespace xinghuo {

struct ZipFile {
    std::string name, content;
    std::uint32_t claimed_size = 0;  // 0: the truth
    std::uint32_t method = 0, flags = 0;
};

inline std::uint32_t crc32_of(std::string_view text) {
    std::uint32_t crc = 0xffffffffu;
    for (const char c : text) {
        crc ^= static_cast<std::uint8_t>(c);
        for (int k = 0; k < 8; ++k) crc = (crc & 1) != 0 ? 0xedb88320u ^ (crc >> 1) : crc >> 1;
    }
    return ~crc;
}

inline Bytes zip_of(const std::vector<ZipFile>& files) {
    std::string out, directory;
    const auto put = [](std::string& to, std::uint64_t value, int bytes) {
        for (int i = 0; i < bytes; ++i) to.push_back(static_cast<char>(value >> (8 * i) & 0xff));
    };
    for (const ZipFile& file : files) {
        const auto where = out.size();
        const auto size = file.claimed_size != 0 ? file.claimed_size : file.content.size();
        const auto common = [&](std::string& to) {
            put(to, 20, 2), put(to, file.flags, 2), put(to, file.method, 2), put(to, 0, 4), put(to, crc32_of(file.content), 4);
            put(to, file.content.size(), 4), put(to, size, 4), put(to, file.name.size(), 2), put(to, 0, 2);
        };
        put(out, 0x04034b50, 4);
        common(out);
        out += file.name + file.content;
        put(directory, 0x02014b50, 4), put(directory, 20, 2);
        common(directory);
        put(directory, 0, 2), put(directory, 0, 2), put(directory, 0, 2), put(directory, 0, 4), put(directory, where, 4);
        directory += file.name;
    }
    const auto from = out.size();
    out += directory;
    put(out, 0x06054b50, 4), put(out, 0, 4), put(out, files.size(), 2), put(out, files.size(), 2), put(out, directory.size(), 4), put(out, from, 4), put(out, 0, 2);
    return {out.begin(), out.end()};
}

}  // namespace xinghuo
