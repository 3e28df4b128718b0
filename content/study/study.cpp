#include "content/study/study.h"

namespace xinghuo {}
