#include "content/study/sign_in_code.h"

namespace xinghuo {}
