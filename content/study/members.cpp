#include "content/study/members.h"

namespace xinghuo {}
