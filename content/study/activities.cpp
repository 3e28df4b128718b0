#include "content/study/activities.h"

namespace xinghuo {}
