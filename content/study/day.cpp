#include "content/study/day.h"

namespace xinghuo {}
