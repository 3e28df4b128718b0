// The floor for everything that must be durable: one row, one transaction, on the same disk, with nothing but SQLite.
#pragma once

#include <memory>

#include "content/base/file.h"

namespace xinghuo {

class BareTransaction {
public:
    virtual ~BareTransaction() = default;
    // WAL, synchronous=FULL, no automatic checkpoint, as the study record has it. False when SQLite said no.
    virtual bool insert() = 0;
};
std::unique_ptr<BareTransaction> open_bare(const Path& file);  // null: it cannot be opened

}  // namespace xinghuo
