// A record as the table `record` has it. For the files that read that table.
#pragma once

#include <algorithm>

#include "content/store/database.h"
#include "content/study/record.h"

#define RECORD_COLUMNS "seq, id, boot, kind, member, at_ms, clock_trusted, mono_ms, body, prev_hash, hash"

namespace xinghuo {

// False when the column does not hold a digest's 32 bytes.
inline bool read_digest(const Rows& row, int column, Digest& into) {
    const Bytes bytes = row.blob(column);
    if (bytes.size() != into.size()) return false;
    std::copy(bytes.begin(), bytes.end(), into.begin());
    return true;
}

// Of a row with RECORD_COLUMNS. `invalid` when it cannot have been written by append().
inline Result<Record> record_of_row(const Rows& row, const KioskId& kiosk) {
    Record r;
    r.seq = row.integer(0);
    r.id = row.text(1);
    r.kiosk = kiosk;
    r.boot = row.integer(2);
    auto kind = record_kind(row.text(3));
    if (!kind) return kind.error().within("record " + std::to_string(r.seq));
    r.kind = *kind;
    r.member = {row.text(4)};
    r.at = {row.integer(5)};
    r.clock_trusted = row.integer(6) != 0;
    r.mono_ms = row.integer(7);
    r.body = row.text(8);
    if (!read_digest(row, 9, r.prev_hash) || !read_digest(row, 10, r.hash))
        return Error{ErrorKind::invalid, "record " + std::to_string(r.seq) + ": a hash has not 32 bytes"};
    return r;
}

}  // namespace xinghuo
