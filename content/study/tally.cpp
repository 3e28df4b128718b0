#include "content/study/tally.h"

namespace xinghuo {}
