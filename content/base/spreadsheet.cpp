#include "content/base/spreadsheet.h"

namespace xinghuo {}
