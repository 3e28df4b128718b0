#include "content/study/member.h"

namespace xinghuo {}
