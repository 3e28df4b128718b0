// The XLSX half of spreadsheet.h. For spreadsheet.cpp only.
#pragma once

#include "content/base/spreadsheet.h"

namespace xinghuo {

Result<Table> read_xlsx(const Bytes& file);

}  // namespace xinghuo
