#include "content/store/upkeep.h"

namespace xinghuo {}
