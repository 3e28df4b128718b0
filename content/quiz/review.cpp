#include "content/quiz/review.h"

namespace xinghuo {}
