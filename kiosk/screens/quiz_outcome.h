// What the result page is given: the run as it ended, and what it was about.
#pragma once

#include <memory>

#include "content/quiz/quiz_run.h"
#include "kiosk/screens/quiz_content.h"
#include "kiosk/screens/screens.h"

namespace xinghuo {

struct QuizOutcome {
    QuizRequest request;
    std::shared_ptr<const QuizContent> content;
    QuizRun run;
};

}  // namespace xinghuo
