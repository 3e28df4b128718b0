#include "content/study/receipt.h"

namespace xinghuo {}
