#include "content/store/upkeep.h"

#include "content/store/schema.h"

namespace xinghuo {

Result<OpenedDatabase> open_or_mend(const Path& file, const Path&, const Path&, bool, WallTime) {
    auto db = Database::open(file);
    if (!db) return db.error();
    if (auto done = migrate(**db); !done) return done.error();
    return OpenedDatabase{std::move(*db), {}};
}

}  // namespace xinghuo
