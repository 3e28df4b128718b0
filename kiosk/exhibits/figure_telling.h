// A figure's narration as it is told: the sound, where it is, which sentence that is, in which language one reads it.
// Without sound (a broken file) the sentences can still be read one after the other.
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "content/figure/figure.h"
#include "content/figure/pose.h"
#include "kiosk/frame.h"
#include "media/player.h"

namespace xinghuo {

class Telling {
public:
    Telling(const Figure& figure, const Rig& rig, const std::map<Lang, std::vector<MouthCue>>& cues, std::uint64_t seed);

    // Once per frame, first. Opens the sound when it may, follows the visitor's language, keeps the place in the story.
    void frame(Frame& frame, double alive);

    [[nodiscard]] const Narration& narration() const { return figure_->narration(lang_); }
    [[nodiscard]] Milliseconds position() const;
    [[nodiscard]] std::size_t sentence() const { return broken_ ? read_ : narration().sentence_at(position()); }
    [[nodiscard]] std::size_t bytes_spoken() const;
    [[nodiscard]] bool playing() const { return player_ && player_->state() == PlayerState::playing; }
    [[nodiscard]] bool ended() const { return player_ && player_->state() == PlayerState::ended; }
    [[nodiscard]] bool broken() const { return broken_; }

    void play();
    void pause();
    void toggle();
    void go_to(std::size_t sentence);
    void previous();  // the beginning of this sentence, or the one before
    void next();
    void set_speed(double factor);
    [[nodiscard]] double speed() const { return speed_; }

    [[nodiscard]] const Performance& performance() const;
    [[nodiscard]] PoseMoment moment(double alive) const;
    void set_liveliness(float liveliness);

private:
    void change_language(Lang lang);
    void open(Frame& frame);
    void break_off(const Error& error);
    void seek(Milliseconds to);

    const Figure* figure_;  // outlives this
    std::map<Lang, Performance> performances_;
    Lang lang_ = Lang::zh;
    std::unique_ptr<Player> player_;
    Delivery delivery_;
    double alive_ = 0, speed_ = 1;
    bool wanted_ = false;                   // the visitor wants to hear it
    bool broken_ = false;
    std::size_t read_ = 0;                  // the sentence being read where there is no sound
    std::optional<Milliseconds> waiting_;   // a place to go to once the sound is open
};

}  // namespace xinghuo
