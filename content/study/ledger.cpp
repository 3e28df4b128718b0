#include "content/study/ledger.h"

namespace xinghuo {}
