#include "content/study/roster.h"

namespace xinghuo {}
