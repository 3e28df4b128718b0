#include "content/study/session.h"

namespace xinghuo {}
