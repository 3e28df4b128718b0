#include "kiosk/exhibits/figure_telling.h"

#include <algorithm>

#include "content/base/log.h"

namespace xinghuo {
namespace {

constexpr Milliseconds still_at_its_beginning{1500};

double in_seconds(Milliseconds ms) { return static_cast<double>(ms.count()) * 1e-3; }

// The same place of the story in another language's recording: the same share of the same sentence.
Milliseconds same_place(const Narration& from, const Narration& to, Milliseconds position) {
    const std::size_t at = from.sentence_at(position);
    const Sentence& old = from.sentences[at];
    const auto same = std::find_if(to.sentences.begin(), to.sentences.end(), [&](const Sentence& s) { return s.id == old.id; });
    const Sentence& found = same != to.sentences.end() ? *same : to.sentences[std::min(at, to.sentences.size() - 1)];
    const double share = std::clamp(in_seconds(position - old.start) / in_seconds(old.end - old.start), 0.0, 1.0);
    return found.start + Milliseconds(static_cast<std::int64_t>(share * static_cast<double>((found.end - found.start).count())));
}

}  // namespace

Telling::Telling(const Figure& figure, const Rig& rig, const std::map<Lang, std::vector<MouthCue>>& cues, std::uint64_t seed)
    : figure_(&figure) {
    for (const auto& [lang, narration] : figure.narrations) {
        const auto found = cues.find(lang);
        performances_.emplace(lang, perform(rig, narration, found == cues.end() ? std::vector<MouthCue>{} : found->second, seed));
    }
}

void Telling::frame(Frame& frame, double alive) {
    alive_ = alive;
    change_language(frame.lang);
    if (!player_ && !broken_) open(frame);
    if (player_) {
        player_->pump(frame.now);
        if (player_->state() == PlayerState::failed) break_off(player_->error());
    }
    if (player_ && waiting_ && player_->state() != PlayerState::opening) {
        player_->seek(*waiting_);
        waiting_.reset();
        if (wanted_) player_->play();
    }
    delivery_.set_playing(playing(), alive);
    if (playing() || (wanted_ && player_ && player_->state() == PlayerState::opening)) frame.present = true;
    if (ended()) wanted_ = false;
}

void Telling::open(Frame& frame) {
    const auto file = frame.checked_file(narration().sound);
    if (!file) return;
    if (!*file) return break_off(file->error());
    player_ = Player::open(**file, frame.audio, {.with_picture = false, .wait_for_decoder = frame.wait_for_decoder});
    player_->set_speed(speed_);
    if (wanted_ && !waiting_) player_->play();
}

void Telling::break_off(const Error& error) {
    log_warning(error.within("playing " + narration().sound).what);
    read_ = narration().sentence_at(position());
    player_.reset();
    waiting_.reset();
    broken_ = true;
}

void Telling::change_language(Lang lang) {
    if (lang == lang_) return;
    const Narration& before = narration();
    const Milliseconds at = position();
    const std::size_t reading = sentence();
    lang_ = lang;
    const Narration& after = narration();
    read_ = std::min(reading, after.sentences.size() - 1);
    if (after.sound == before.sound) return;
    delivery_.jumped(in_seconds(at), alive_);
    waiting_ = broken_ ? after.sentences[read_].start : same_place(before, after, at);
    player_.reset();
    broken_ = false;  // the other recording may be whole
}

Milliseconds Telling::position() const {
    if (broken_) return narration().sentences[read_].start;
    if (waiting_) return *waiting_;
    return player_ ? player_->position() : Milliseconds(0);
}

std::size_t Telling::bytes_spoken() const { return broken_ ? 0 : narration().bytes_spoken(sentence(), position()); }

void Telling::play() {
    wanted_ = true;
    if (!player_) return;
    if (ended()) seek(Milliseconds(0));
    player_->play();
}

void Telling::pause() {
    wanted_ = false;
    if (player_) player_->pause();
}

void Telling::toggle() {
    if (playing() || (wanted_ && !ended())) pause();
    else play();
}

void Telling::seek(Milliseconds to) {
    delivery_.jumped(in_seconds(position()), alive_);
    if (player_ && player_->state() != PlayerState::opening) player_->seek(to);
    else waiting_ = to;
}

void Telling::go_to(std::size_t sentence) {
    const auto& all = narration().sentences;
    sentence = std::min(sentence, all.size() - 1);
    if (broken_) {
        read_ = sentence;
        return;
    }
    seek(all[sentence].start);
    wanted_ = true;
    if (player_ && !waiting_) player_->play();
}

void Telling::previous() {
    const std::size_t now = sentence();
    const bool late = !broken_ && position() > narration().sentences[now].start + still_at_its_beginning;
    go_to(late || now == 0 ? now : now - 1);
}

void Telling::next() { go_to(sentence() + 1); }

void Telling::set_speed(double factor) {
    speed_ = factor;
    if (player_) player_->set_speed(factor);
}

const Performance& Telling::performance() const {
    const auto found = performances_.find(lang_);
    return found != performances_.end() ? found->second : performances_.at(Lang::zh);
}

PoseMoment Telling::moment(double alive) const { return delivery_.at(alive, in_seconds(position())); }

void Telling::set_liveliness(float liveliness) {
    for (auto& [lang, performance] : performances_) performance.liveliness = liveliness;
}

}  // namespace xinghuo
