// What tests of screens do with a hall: look for words, touch, and answer questions as one who knows, or does not.
#pragma once

#include <catch2/catch.hpp>

#include <algorithm>
#include <string>

#include "content/base/json.h"
#include "kiosk/screens/quiz_content.h"
#include "kiosk/widgets.h"
#include "tests/support/hall.h"
#include "tests/support/legible.h"

namespace xinghuo {

inline bool can_touch(const Hall& hall, std::string_view id) {
    return std::any_of(hall.app->labels().begin(), hall.app->labels().end(), [&](const Label& l) { return l.touch && l.id == id; });
}

// Words, or a part of them.
inline bool shows(const Hall& hall, std::string_view words) {
    return std::any_of(hall.app->labels().begin(), hall.app->labels().end(),
                       [&](const Label& l) { return !l.touch && l.text.find(words) != std::string::npos; });
}

inline void touch(Hall& hall, const std::string& what) {
    const auto done = hall.drive->touch(what);
    INFO(what << " at " << hall.app->screen_id());
    if (!done) FAIL(done.error().what);
}

inline Visit& visit_of(Hall& hall) { return hall.room->study()->visit(); }

// By the card of the tests' roster.
inline const Member& sign_in(Hall& hall, const std::string& card = "4711") {
    hall.drive->run("card " + card);
    REQUIRE(visit_of(hall).member());
    hall.drive->wait(6);  // until the welcome is gone
    return *visit_of(hall).member();
}

// The question on the screen, found by its words; null: none of the bank.
inline const Question* asked_now(const Hall& hall, const QuizContent& content) {
    const Question* found = nullptr;
    for (const auto& question : content.bank.questions())
        for (const Label& l : hall.app->labels())
            if (!l.touch && (l.text == question->stem.in(hall.app->lang()))) found = question.get();
    return found;
}

// Puts an answer; right or wrong where the kind lets one choose (single, true_false), else anything. What it will be worth is known
// then: true, false, or nothing.
inline std::optional<bool> put_answer(Hall& hall, const QuizContent& content, bool right) {
    const Question* question = asked_now(hall, content);
    if (question != nullptr && question->type == QuestionType::true_false) {
        const bool truth = question->choices[0].right();
        touch(hall, truth == right ? "#option.0" : "#option.1");
        return right;
    }
    if (question != nullptr && question->type == QuestionType::single) {
        for (const Choice& choice : question->choices) {
            if ((choice.weight >= 0.999) != right || (!right && choice.weight > 0.001)) continue;
            touch(hall, choice.text.in(hall.app->lang()));
            return right;
        }
    }
    for (const char* id : {"option.0", "chip.0"})
        if (can_touch(hall, id)) {
            touch(hall, std::string("#") + id);
            return std::nullopt;
        }
    for (int i = 0; can_touch(hall, "left." + std::to_string(i)) && i < 12; ++i) {
        const std::string card = "right." + std::to_string(i);
        if (can_touch(hall, card)) touch(hall, "#" + card);
        touch(hall, "#left." + std::to_string(i));
    }
    if (can_touch(hall, "key.1")) touch(hall, "#key.1");
    return std::nullopt;
}

// As faults() of legible.h; of enlarged text only what is cut below the bar on top.
inline std::string faults_of(const Hall& hall, bool enlarged) {
    if (!enlarged) return faults(*hall.app);
    std::string found;
    for (const Label& l : hall.app->labels())
        if (l.cut && !l.touch && l.size <= 34 && l.box.y > top_bar_height) found += "does not fit: " + l.text + "\n";
    return found;
}

// The newest records of a kind, oldest of them first.
inline std::vector<Record> records_of(Hall& hall, RecordKind kind, const MemberId& member = {}) {
    Records::Filter filter;
    filter.kind = kind;
    filter.member = member;
    auto found = hall.room->study()->records().find(filter, 1000);
    if (!found) FAIL(found.error().what);
    std::reverse(found->begin(), found->end());
    return *found;
}

inline std::int64_t sum_ms(const std::vector<Record>& records, std::string_view label = {}) {
    std::int64_t sum = 0;
    for (const Record& record : records) {
        JsonDocument body;
        REQUIRE(body.parse(record.body));
        if (label.empty() || body.root()["label"].string() == label) sum += body.root()["ms"].integer();
        CHECK(body.root()["ms"].integer() > 0);
    }
    return sum;
}

}  // namespace xinghuo
