#include "content/study/records.h"

namespace xinghuo {}
