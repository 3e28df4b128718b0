#include "content/base/spreadsheet_xlsx.h"

namespace xinghuo {

Result<Table> read_xlsx(const Bytes&) { return Error{ErrorKind::unsupported, "XLSX"}; }

}  // namespace xinghuo
