// Every screen: one line here, one file beside.
#pragma once

#include <string>
#include <vector>

#include "kiosk/screen.h"

namespace xinghuo {

// What a quiz asks, and where it came from.
struct QuizRequest {
    std::vector<std::string> questions;  // ids of the bank to choose from; empty: the whole theme
    std::string theme;                   // "t1"…; empty: none
    std::string from_item;               // the item it is about; empty: none
    std::size_t count = 5;
    std::uint64_t seed = 1;
    // A paper: nothing is explained before its end, and nobody is asked whether they are still there while it runs. 0: practice.
    int time_limit_s = 0;
    int pass_percent = 0;
    std::shared_ptr<const Catalogue> of = nullptr;  // the snapshot it came from; null: the hall's
    [[nodiscard]] bool paper() const { return time_limit_s > 0; }
};
// The paper of every terminal, over all themes: ten questions in ten minutes, passed with 60 %.
inline constexpr int paper_questions = 10, paper_minutes = 10, paper_pass_percent = 60;
inline QuizRequest paper_request(std::uint64_t seed) { return {{}, "", "", paper_questions, seed, paper_minutes * 60, paper_pass_percent}; }

// What a section holds that this program can show.
std::vector<const Item*> items_of_section(const Catalogue& catalogue, std::string_view section);

struct QuizOutcome;                      // kiosk/screens/quiz_outcome.h

ScreenPtr make_attract();                                  // 待机
ScreenPtr make_hall();                                     // 大厅
ScreenPtr make_notices(std::string id);                    // 通知: that one of the centre's, or, without an id, all of them
ScreenPtr make_figures();                                  // 人物
ScreenPtr make_films();                                    // 微党课
ScreenPtr make_exhibit(std::string item_id, std::shared_ptr<const Catalogue> of = nullptr);  // one item, of any kind; of: as in QuizRequest
ScreenPtr make_items(std::string section);                 // 文献、图片……: what a section holds, of any kind
ScreenPtr make_quiz_themes();                              // 答题: choose a theme, or the paper
ScreenPtr make_quiz(QuizRequest request);                  // 答题: the questions
ScreenPtr make_quiz_result(QuizOutcome outcome);           // 答题: how it went
ScreenPtr make_sign_in();                                  // 签到: card, code or name; the PIN where it is wanted
ScreenPtr make_activity(bool administrator = false);       // 活动签到: the open one, or a new one, which an administrator may open, too
ScreenPtr make_my_study();                                 // 我的学习
ScreenPtr make_admin();                                    // 管理: behind its PIN
ScreenPtr make_closed(std::string sentence);               // there is nothing to show, and why

}  // namespace xinghuo
