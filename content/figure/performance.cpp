// What a figure does during a narration: gestures from the sentences, mouth shapes from the cues.
#include <algorithm>

#include "content/figure/chance.h"
#include "content/figure/pose.h"

namespace xinghuo {
namespace {

constexpr double gesture_delay_s = 0.2;      // after the sentence's start
constexpr double gesture_tail_s = 0.25;      // after its end
constexpr double shortest_gesture_s = 1.6;   // what would be cut shorter is not begun
constexpr double shortest_repeat_s = 2.8;
constexpr double fastest_rate = 1.2;         // a clip is hurried this much to be finished in time,
constexpr double cut_fade_s = 1.1;           // and what is left of it then is let go slowly
constexpr float quiet_weight = 0.7f;         // of a talking gesture that fills up a sentence
constexpr float opening_limit = 0.12f;       // less is a closed mouth
constexpr Milliseconds shortest_shape{40};

double in_seconds(Milliseconds ms) { return static_cast<double>(ms.count()) * 1e-3; }

// Gestures of one sentence, from `from` to `until`.
class SentenceGestures {
public:
    SentenceGestures(const Rig& rig, std::uint64_t seed, bool by_narrator) : rig_(rig), seed_(seed), by_narrator_(by_narrator) {}

    void plan(std::size_t clip, double from, double until, std::vector<GestureCue>& into) {
        if (until - from < shortest_gesture_s) return;
        double t = add(clip, from, until, 1, into);
        const bool loops = rig_.clips[clip].loop;
        if (!loops && by_narrator_) return;
        for (;;) {
            t += by_narrator_ ? 1.0 + chance() : 0.2 + 0.6 * chance();
            if (until - t < shortest_repeat_s) return;
            const std::size_t next = loops && chance() < 0.6 ? clip : talking(clip);
            if (next == no_index) return;
            t = add(next, t, until, loops ? 1.0f : quiet_weight, into);
        }
    }

private:
    double chance() { return chance_of(seed_, step_++); }

    // One of the talking gestures, rather the one that was not shown last.
    std::size_t talking(std::size_t last) {
        const std::size_t a = rig_.clip("talk_a"), b = rig_.clip("talk_b");
        if (a == no_index || b == no_index) return a == no_index ? b : a;
        if (last == a) return b;
        if (last == b) return a;
        return chance() < 0.5 ? a : b;
    }

    double add(std::size_t clip, double from, double until, float weight, std::vector<GestureCue>& into) {
        const double duration = static_cast<double>(rig_.clips[clip].duration);
        double rate = 0.94 + 0.12 * chance();
        if (from + duration / rate > until) rate = std::clamp(duration / (until - from), rate, fastest_rate);
        const double end = std::min(until, from + duration / rate);
        const bool cut = end < from + duration / rate;
        into.push_back({clip, from, end, rate, weight, cut ? cut_fade_s : 0.5});
        return end;
    }

    const Rig& rig_;
    std::uint64_t seed_;
    bool by_narrator_;
    std::uint64_t step_ = 0;
};

// Shapes shorter than 40 ms, one after the other, until they have together lasted long enough to be shown as one.
class ShortRun {
public:
    bool empty() const { return !begun_; }
    void add(const MouthCue& cue) {
        if (!begun_) shown_ = cue;
        else if (cue.open > shown_.open) shown_ = {shown_.at, cue.shape, cue.open};
        begun_ = true;
    }
    bool long_enough(Milliseconds until) const { return begun_ && until - shown_.at >= shortest_shape; }
    MouthCue take() { begun_ = false; return shown_; }
    void drop() { begun_ = false; }

private:
    bool begun_ = false;
    MouthCue shown_;
};

// Closes the mouth while the narrator speaks: each cue is cut at the edges of the narrator's sentences.
std::vector<MouthCue> silenced(const std::vector<MouthCue>& cues, const Narration& narration) {
    std::vector<MouthCue> out;
    const auto& sentences = narration.sentences;
    for (std::size_t i = 0; i < cues.size(); ++i) {
        const Milliseconds to = i + 1 < cues.size() ? cues[i + 1].at : Milliseconds::max();
        for (Milliseconds at = cues[i].at; at < to;) {
            const auto sentence = std::upper_bound(sentences.begin(), sentences.end(), at,
                                                   [](Milliseconds t, const Sentence& s) { return t < s.end; });
            auto narrated = std::find_if(sentence, sentences.end(), [](const Sentence& s) { return s.by_narrator; });
            const bool inside = narrated != sentences.end() && narrated->start <= at;
            out.push_back(inside ? MouthCue{at, 'X', 0} : MouthCue{at, cues[i].shape, cues[i].open});
            if (narrated == sentences.end()) break;
            at = inside ? narrated->end : narrated->start;
        }
    }
    return out;
}

}  // namespace

std::vector<MouthCue> settled_mouth(const std::vector<MouthCue>& cues) {
    std::vector<MouthCue> closed = cues;
    for (MouthCue& cue : closed) {
        if (cue.open < opening_limit && cue.shape != 'M') cue.shape = 'X';
        if (cue.shape == 'M' || cue.shape == 'X') cue.open = 0;
    }
    std::vector<MouthCue> out;
    ShortRun run;
    for (std::size_t first = 0, last = 0; first < closed.size(); first = last) {
        while (last < closed.size() && closed[last].shape == closed[first].shape) ++last;
        const Milliseconds until = last < closed.size() ? closed[last].at : Milliseconds::max();
        if (until - closed[first].at >= shortest_shape) {
            run.drop();
            for (std::size_t i = first; i < last; ++i)
                if (out.empty() || out.back().shape != closed[i].shape || out.back().open != closed[i].open) out.push_back(closed[i]);
            continue;
        }
        run.add(closed[first]);
        if (run.long_enough(until)) out.push_back(run.take());
    }
    return out;
}

Performance perform(const Rig& rig, const Narration& narration, const std::vector<MouthCue>& mouth, std::uint64_t seed) {
    Performance performance;
    performance.seed = seed;
    for (std::size_t i = 0; i < narration.sentences.size(); ++i) {
        const Sentence& sentence = narration.sentences[i];
        const std::size_t clip = rig.clip(sentence.gesture);
        if (clip == no_index) continue;
        SentenceGestures gestures(rig, mixed(seed, i), sentence.by_narrator);
        gestures.plan(clip, in_seconds(sentence.start) + gesture_delay_s, in_seconds(sentence.end) + gesture_tail_s,
                      performance.gestures);
    }
    performance.mouth = settled_mouth(silenced(mouth, narration));
    return performance;
}

}  // namespace xinghuo
