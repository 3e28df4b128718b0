// The parts of an activity's evening: planning it, the taps, the door that only a host or the administrator opens, and the end.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "content/base/mailbox.h"
#include "content/study/activities.h"
#include "kiosk/gfx/tween.h"
#include "kiosk/keyboard.h"
#include "kiosk/screens/activity_plans.h"
#include "kiosk/screens/sign_in_parts.h"
#include "media/chime.h"

namespace xinghuo {

// "14:05", when the clock that said so is believed: it is of the day things are counted for. Else empty.
std::string activity_time(WallTime when, std::int64_t day);
// "主题党日"; what a later program called a type is "other".
std::string activity_type(const Frame& frame, std::string_view type);

// What, for whom, when.
class ActivityForm {
public:
    enum class Wish { none, open, last };
    // `host`: who plans it; null: the administrator. last: the activity before this one is to be seen.
    Wish draw(Frame& frame, Rect place, const Member* host, bool has_last);
    [[nodiscard]] ActivityPlan plan(const Frame& frame, const Member* host) const;
    // The id of what the centre planned and this follows; empty: it is the host's own.
    [[nodiscard]] const std::string& followed() const { return followed_.id; }
    // Something covers the page: the way back leads to the plan, not away. False: nothing did.
    bool back();

private:
    [[nodiscard]] std::string name(const Frame& frame) const;
    void types(Frame& frame, Rect& place);
    void branches(Frame& frame, Rect place);
    void name_field(Frame& frame, Rect& place);
    void start(Frame& frame, Rect& place);
    void late(Frame& frame, Rect& place);
    void write_name(Frame& frame, Rect place);
    float branch_chips(Frame& frame, Rect content, Rect seen);
    void chosen(Frame& frame, const ActivityOffer& offer);
    void follow(const PlannedActivity& planned);
    void centre_changed(Frame& frame);
    bool covered(Frame& frame, Rect place);
    void ask_again(Frame& frame, Rect place);

    bool begun_ = false, planned_ = false, writing_ = false;
    std::size_t type_ = 0;
    std::string branch_;                       // empty: all
    std::optional<std::string> name_;          // as somebody wrote it; none: made of the rest
    std::string draft_;
    WallTime start_;
    int late_min_ = 5;
    ActivityOffers offers_;
    PlannedActivity followed_;                 // as it was when it was taken over; without an id: none
    std::optional<ActivityOffer> again_;       // was held here already: shall it be once more?
    std::optional<TextKeyboard> keyboard_;  // when a name is first written
    Scroll scroll_, form_scroll_;
};

// Opens to a host's card (the card itself: a number on paper is no proof) or to the administrator's PIN.
class HostDoor {
public:
    enum class Outcome { asking, open, cancelled };
    Outcome draw(Frame& frame, Rect box, std::string_view title, std::string_view text);

private:
    std::string digits_, fault_;               // fault_: a key of words
};

// The taps: who came last, large; how many of how many; who is there.
class ActivityLive {
public:
    explicit ActivityLive(AudioOut& audio) : chime_(audio) {}
    // It was opened just now; `signed_out`: the host was.
    void opened(Frame& frame, bool signed_out);
    // True: it is closed, and its end is to be seen.
    bool draw(Frame& frame, Rect place);
    // False: there was nothing to go back from.
    bool back();

private:
    // What the large sheet says.
    struct Said {
        enum class Sign { good, late, known, left, unknown, failed } sign = Sign::good;
        std::string name;                      // masked; empty: a card nobody knows, or nothing recorded
        std::string title, text;               // keys of words
        std::string time;
        Instant since;
    };
    enum class Page { taps, by_name, pin, bind_door, bind_name, close_door };

    void hear(Frame& frame);
    void tap(Frame& frame, const Member& member, SignInWay way);
    void bind(Frame& frame, const Member& member);
    void say(Frame& frame, Said::Sign sign, std::string name, std::string title, std::string text);
    bool work(Frame& frame, Rect place);
    void sheet(Frame& frame, Rect box);
    void invite(Frame& frame, Rect box);
    void counts(Frame& frame, Rect box, const Activity& activity);
    void guests(Frame& frame, Rect row, const Activity& activity);
    void list(Frame& frame, Rect box, const Activity& activity);
    void turn_to(Page page);

    Chime chime_;
    Page page_ = Page::taps;
    std::optional<Said> said_;
    std::string unknown_;                      // the card that may be bound; empty: none
    NamePicker names_;
    HostDoor door_;
    std::optional<PinStep> pin_;
    Tween share_;
    Scroll scroll_;
};

// What it came to: who was there, who was not, and the list to take along.
class ActivityEnd {
public:
    explicit ActivityEnd(ActivityId id) : id_(std::move(id)) {}
    [[nodiscard]] const ActivityId& id() const { return id_; }
    // True: done with it.
    bool draw(Frame& frame, Rect place);

private:
    struct Ended {
        Activity activity;
        std::vector<Member> absent;
    };
    using Read = Mailbox<Result<Ended>>;
    using Written = Mailbox<Result<std::vector<std::string>>>;

    void collect(Frame& frame);
    void export_list(Frame& frame);
    void summary(Frame& frame, Rect box);
    void exports(Frame& frame, Rect box);
    void lists(Frame& frame, Rect box);

    ActivityId id_;
    bool asked_ = false, writing_ = false;
    std::shared_ptr<Read> read_ = std::make_shared<Read>(2);
    std::shared_ptr<Written> written_ = std::make_shared<Written>(2);
    std::optional<Ended> ended_;
    std::string trouble_;                      // a key of words: it could not be read
    std::string said_;                         // a key of words about the export
    bool bad_ = false;
    std::vector<std::string> files_;
    int shown_ = 0;                            // present, absent
    Scroll scroll_;
};

// A row of a list: a name, something beside it, and at the right what became of them, with a sign. Returns its height for `box` null.
float activity_row_height(const Frame& frame);
struct ActivityRow {
    std::string name, beside, state;
    std::string_view sign;                     // an icon
    Colour colour;
};
void activity_row(Frame& frame, Rect box, const ActivityRow& row);
// n of m in a filling ring.
void activity_ring(Frame& frame, Vec2 centre, float radius, float share, std::size_t n, std::size_t m);

}  // namespace xinghuo
