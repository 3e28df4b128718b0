// What the study record costs: a sign-in beside a bare durable transaction, a name among 50,000, three years of one member among
// two million records.
#pragma once

#include <functional>
#include <string>

#include "content/base/clock.h"
#include "content/base/file.h"

namespace xinghuo {

using AddRow = std::function<void(std::string name, double value, std::string unit, std::string target, bool met)>;

// In a folder that is emptied first; on the disk the build lies on.
void bench_sign_in(const Path& folder, const Clock& clock, const AddRow& add);
void bench_names(const Clock& clock, const AddRow& add);
// Makes the large record once (about a minute, 1 GB) and keeps it for the next run. False: it could not be made.
bool make_large_record(const Path& folder);
void bench_my_study(const Path& folder, const Clock& clock, const AddRow& add);

}  // namespace xinghuo
