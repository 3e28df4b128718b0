#include "content/study/visit.h"

namespace xinghuo {}
