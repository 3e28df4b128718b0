#include "media/player.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

#include "media/feed.h"

namespace xinghuo {
namespace {

constexpr std::size_t worth_a_poke = sample_rate_hz / 4;
constexpr std::size_t most_pictures = 8;
constexpr Nanoseconds ahead = std::chrono::milliseconds(250);  // what wait_for_decoder keeps ready
constexpr auto longest_wait = std::chrono::seconds(5);
constexpr auto look_again = std::chrono::milliseconds(100);  // the audio thread cannot wake the decoder

class FilePlayer final : public Player {
public:
    FilePlayer(const Path& file, AudioOut& out, Options options)
        : file_(file), options_(options), out_(out), now_playing_(order_), decoder_([this] { decode(); }) {}

    ~FilePlayer() override {
        out_.remove(now_playing_.ring.get());
        {
            const std::lock_guard lock(mutex_);
            stop_ = true;
        }
        wake_.notify_all();
        decoder_.join();
    }

    void play() override;
    void pause() override;
    void seek(Milliseconds to) override;
    void set_speed(double factor) override;
    void pump(Instant now) override;
    [[nodiscard]] PlayerState state() const override;
    [[nodiscard]] const Error& error() const override { return error_; }
    [[nodiscard]] Milliseconds position() const override { return std::chrono::floor<Milliseconds>(position_); }
    [[nodiscard]] Milliseconds duration() const override { return std::chrono::floor<Milliseconds>(duration_); }
    std::optional<Picture> picture() override;
    [[nodiscard]] std::optional<Milliseconds> next_picture_at() const override;

private:
    // main thread:
    void give_order(Nanoseconds at, double speed, bool seek);
    void sound(bool on);
    void learn();
    void move_clock(Nanoseconds passed);
    bool take_due_pictures();
    void end();
    void poke();
    [[nodiscard]] bool enough_ahead() const;
    [[nodiscard]] bool all_sound_heard() const;

    // decoding thread:
    struct Wants {
        bool sound = false, picture = false;
    };
    void decode();
    std::optional<Wants> next_wants(Feed& feed, bool stuck);
    bool advance(Feed& feed, Wants wants);

    // constant:
    const Path file_;
    const Options options_;
    AudioOut& out_;
    // self-synchronised:
    std::atomic<bool> stop_{false};
    std::atomic<std::int64_t> heard_ns_{0};  // position, for the decoder to see whether it is late
    std::condition_variable wake_;           // for the decoder
    std::condition_variable filled_;         // for pump()
    // under mutex_:
    mutable std::mutex mutex_;
    Order order_;
    bool poked_ = false;    // there may be room again
    bool idle_ = false;     // the decoder has done all it can
    bool playing_ = false;  // for the decoder: look at the ring now and then
    bool opened_ = false;
    std::optional<Error> failure_;
    Nanoseconds opened_duration_{0};
    bool opened_with_picture_ = false;
    std::deque<DecodedPicture> pictures_;  // of order_.seek_number, ascending
    bool picture_end_ = false;             // of order_.seek_number
    bool sound_end_ = false;               // of order_.number: all is in the ring
    // main thread:
    Order now_playing_;
    bool wants_to_play_ = false, sounding_ = false, is_open_ = false, has_picture_ = false;
    bool failed_ = false, ended_ = false, all_written_ = false;
    Error error_;
    Nanoseconds duration_{0}, position_{0};
    double heard_frames_ = 0;  // of now_playing_.ring; below 0 until the first is heard
    std::optional<Instant> last_pump_;
    std::optional<DecodedPicture> due_, handed_;
    std::int64_t pictures_taken_ = 0;
    std::optional<Nanoseconds> next_picture_;
    bool awaits_picture_ = true;  // none has come since the last seek
    // Last, so that all it uses is there:
    std::thread decoder_;
};

// ---- main thread ----

void FilePlayer::play() {
    if (failed_) return;
    if (ended_) seek(Milliseconds{0});
    wants_to_play_ = true;
    if (is_open_) sound(true);
}

void FilePlayer::pause() {
    wants_to_play_ = false;
    sound(false);
}

void FilePlayer::sound(bool on) {
    if (on == sounding_) return;
    sounding_ = on;
    if (on)
        out_.add(now_playing_.ring.get());
    else
        out_.remove(now_playing_.ring.get());
    {
        const std::lock_guard lock(mutex_);
        playing_ = on;
        poked_ = true;
    }
    wake_.notify_one();
}

void FilePlayer::seek(Milliseconds to) {
    Nanoseconds at = std::clamp(Nanoseconds(to), Nanoseconds{0}, Nanoseconds(std::chrono::hours(240)));
    if (duration_ > Nanoseconds{0}) at = std::min(at, duration_);
    ended_ = false;
    give_order(at, now_playing_.speed, true);
}

void FilePlayer::set_speed(double factor) {
    const double speed = std::clamp(factor, 0.5, 2.0);
    if (speed != now_playing_.speed && !ended_) {
        give_order(position_, speed, false);
    } else if (ended_) {
        now_playing_.speed = speed;  // for the next seek
    }
}

void FilePlayer::give_order(Nanoseconds at, double speed, bool seek) {
    const std::shared_ptr<SoundRing> old = now_playing_.ring;
    Order next;
    next.number = now_playing_.number + 1;
    next.seek_number = now_playing_.seek_number + (seek ? 1 : 0);
    next.at = at;
    next.speed = speed;
    // Else it would depend on the decoder's haste how much is drained before the next pump().
    if (options_.wait_for_decoder) next.ring->hold(true);
    if (sounding_) {
        out_.add(next.ring.get());  // before the old one goes: the device does not stop
        out_.remove(old.get());
    }
    now_playing_ = next;
    heard_frames_ = -1e9;  // held up by move_clock
    position_ = at;
    all_written_ = false;
    heard_ns_ = at.count();
    if (seek) {
        next_picture_.reset();
        awaits_picture_ = true;
    }
    {
        const std::lock_guard lock(mutex_);
        order_ = next;
        sound_end_ = idle_ = false;
        if (seek) {
            pictures_.clear();
            picture_end_ = false;
        }
    }
    wake_.notify_one();
}

void FilePlayer::pump(Instant now) {
    const Nanoseconds passed = last_pump_ ? std::max(now - *last_pump_, Nanoseconds{0}) : Nanoseconds{0};
    last_pump_ = now;
    if (failed_) return;
    if (sounding_) move_clock(passed);
    {
        std::unique_lock lock(mutex_);
        take_due_pictures();
        const std::size_t room = now_playing_.ring->room();
        if (options_.wait_for_decoder || room >= worth_a_poke || pictures_.size() < most_pictures / 2) poke();
        if (options_.wait_for_decoder)
            filled_.wait_for(lock, longest_wait, [this] {
                if (take_due_pictures()) poke();
                return enough_ahead();
            });
        learn();
    }
    now_playing_.ring->hold(false);
    if (is_open_ && wants_to_play_) sound(true);
    if (failed_ || (sounding_ && all_sound_heard())) end();
}

void FilePlayer::end() {
    sound(false);
    ended_ = true;
    wants_to_play_ = false;
    if (duration_ == Nanoseconds{0}) duration_ = position_;  // the file did not say
}

// With mutex_ held.
void FilePlayer::poke() {
    poked_ = true;
    idle_ = false;
    wake_.notify_one();
}

// With mutex_ held: what the decoder has found out.
void FilePlayer::learn() {
    if (failure_) {
        failed_ = true;
        error_ = *failure_;
    } else if (opened_ && !is_open_) {
        is_open_ = true;
        duration_ = opened_duration_;
        has_picture_ = opened_with_picture_;
        if (duration_ > Nanoseconds{0}) position_ = std::min(position_, duration_);
    }
    all_written_ = sound_end_;
    next_picture_.reset();
    if (!pictures_.empty()) next_picture_ = pictures_.front().at;
    if (picture_end_ && pictures_.empty()) awaits_picture_ = false;
}

// Where the sound is: the device took what was drained by the period; within it, real time decides. Never backwards.
void FilePlayer::move_clock(Nanoseconds passed) {
    const auto frames = [](Nanoseconds span) { return seconds(span) * sample_rate_hz; };
    const auto drained = static_cast<double>(now_playing_.ring->drained());
    const bool out_of_sound = all_written_ && now_playing_.ring->filled() == 0;
    const double newest = out_of_sound ? drained : drained - frames(out_.latency());
    const double oldest = drained - frames(out_.latency()) - frames(out_.period());
    heard_frames_ = std::clamp(heard_frames_ + frames(passed), oldest, newest);
    const double heard_s = std::max(heard_frames_, 0.0) / sample_rate_hz;
    const Nanoseconds at = now_playing_.at + from_seconds(heard_s * now_playing_.speed);
    position_ = std::max(position_, at);
    if (!options_.wait_for_decoder) heard_ns_ = position_.count();
}

bool FilePlayer::all_sound_heard() const {
    const auto drained = static_cast<double>(now_playing_.ring->drained());
    return all_written_ && now_playing_.ring->filled() == 0 && heard_frames_ >= drained - 0.5;
}

// With mutex_ held. Those that a newer due one replaces are dropped.
bool FilePlayer::take_due_pictures() {
    const std::int64_t before = pictures_taken_;
    while (!pictures_.empty() && (pictures_.front().at <= position_ || (pictures_taken_ == 0 && !due_))) {
        due_ = std::move(pictures_.front());
        pictures_.pop_front();
        ++pictures_taken_;
        awaits_picture_ = false;
    }
    return pictures_taken_ > before;
}

// With mutex_ held: enough is decoded for the next pump, or there is no more to be had.
bool FilePlayer::enough_ahead() const {
    if (failure_ || idle_) return true;
    if (!opened_) return false;
    const bool sound =
        sound_end_ || now_playing_.ring->filled() >= static_cast<std::size_t>(seconds(ahead) * sample_rate_hz);
    const bool pictures = !opened_with_picture_ || picture_end_ || pictures_.size() >= most_pictures ||
                          (!pictures_.empty() && pictures_.back().at > position_ + ahead);
    return sound && pictures;
}

PlayerState FilePlayer::state() const {
    if (failed_) return PlayerState::failed;
    if (!is_open_) return PlayerState::opening;
    if (ended_) return PlayerState::ended;
    return wants_to_play_ ? PlayerState::playing : PlayerState::paused;
}

std::optional<Picture> FilePlayer::picture() {
    if (due_) handed_ = std::exchange(due_, std::nullopt);
    if (!handed_) return std::nullopt;
    const AVFrame& frame = *handed_->frame;
    Picture picture;
    picture.w = frame.width;
    picture.h = frame.height;
    for (std::size_t i = 0; i < 3; ++i) {
        picture.planes[i] = frame.data[i];
        picture.pitches[i] = frame.linesize[i];
    }
    picture.bt709 = handed_->bt709;
    picture.full_range = handed_->full_range;
    picture.number = pictures_taken_;
    return picture;
}

std::optional<Milliseconds> FilePlayer::next_picture_at() const {
    const PlayerState is = state();
    if (is == PlayerState::failed || is == PlayerState::ended) return std::nullopt;
    if (is == PlayerState::opening) return position();
    if (!has_picture_ || (is == PlayerState::paused && !awaits_picture_)) return std::nullopt;
    return std::chrono::floor<Milliseconds>(std::max(next_picture_.value_or(position_), position_));
}

// ---- decoding thread ----

void FilePlayer::decode() {
    auto reader = Reader::open(file_, options_.with_picture, stop_);
    {
        const std::lock_guard lock(mutex_);
        if (reader) {
            opened_ = true;
            opened_duration_ = (*reader)->duration();
            opened_with_picture_ = (*reader)->has_picture();
        } else {
            failure_ = reader.error().within("playing " + file_.filename().string());
        }
    }
    filled_.notify_all();
    if (!reader) return;

    Feed feed(std::move(*reader));
    bool stuck = false;
    while (const auto wants = next_wants(feed, stuck)) stuck = !advance(feed, *wants);
}

// Sleeps until there is something to do; nothing when the player goes away. `stuck`: nothing could be done last time.
std::optional<FilePlayer::Wants> FilePlayer::next_wants(Feed& feed, bool stuck) {
    std::unique_lock lock(mutex_);
    while (!stop_) {
        if (order_.number != feed.order().number) {
            const Order order = order_;
            lock.unlock();
            feed.obey(order);
            lock.lock();
            stuck = false;
            continue;
        }
        const Wants wants{feed.wants_sound(), feed.wants_picture() && pictures_.size() < most_pictures};
        if ((wants.sound || wants.picture) && !stuck) return wants;
        idle_ = !poked_;
        if (idle_) filled_.notify_all();
        const auto called = [&] { return stop_ || poked_ || order_.number != feed.order().number; };
        if (playing_)
            wake_.wait_for(lock, look_again, called);
        else
            wake_.wait(lock, called);
        poked_ = stuck = false;
    }
    return std::nullopt;
}

bool FilePlayer::advance(Feed& feed, Wants wants) {
    const bool moved = feed.advance(wants.sound, wants.picture, Nanoseconds(heard_ns_));
    auto picture = feed.take_picture();
    {
        const std::lock_guard lock(mutex_);
        if (order_.number == feed.order().number) sound_end_ = feed.sound_ended();
        if (order_.seek_number == feed.order().seek_number) {
            picture_end_ = feed.picture_ended();
            if (picture) pictures_.push_back(std::move(*picture));
        }
        if (feed.hopeless())
            failure_ =
                Error{ErrorKind::invalid, "playing " + file_.filename().string() + ": nothing in it can be decoded"};
    }
    if (options_.wait_for_decoder) filled_.notify_all();
    return moved;
}

}  // namespace

std::unique_ptr<Player> Player::open(const Path& file, AudioOut& out, Options options) {
    return std::make_unique<FilePlayer>(file, out, options);
}

}  // namespace xinghuo
