#include "content/study/record.h"

namespace xinghuo {}
