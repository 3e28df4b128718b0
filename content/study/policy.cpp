#include "content/study/policy.h"

namespace xinghuo {}
