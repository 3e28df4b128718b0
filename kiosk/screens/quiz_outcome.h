// What the result page is given: the run as it ended, and what it was about.
#pragma once

#include <cmath>
#include <memory>

#include "content/quiz/quiz_run.h"
#include "kiosk/screens/quiz_content.h"
#include "kiosk/screens/screens.h"

namespace xinghuo {

struct QuizOutcome {
    QuizRequest request;
    std::shared_ptr<const QuizContent> content;
    QuizRun run;
    bool time_out = false;  // of a paper
};

// Of a paper every question counts, answered or not.
inline int paper_percent(const QuizRun& run) {
    return run.count() == 0 ? 0 : static_cast<int>(std::lround(run.results().points * 100 / static_cast<double>(run.count())));
}

}  // namespace xinghuo
