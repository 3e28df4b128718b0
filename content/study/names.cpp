#include "content/study/names.h"

namespace xinghuo {}
