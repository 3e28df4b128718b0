#include "content/study/admin_lock.h"

namespace xinghuo {}
