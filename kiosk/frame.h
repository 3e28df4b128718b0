// All that a screen or an exhibit may use during one frame. Coordinates are px of the imaginary screen.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "content/base/clock.h"
#include "content/base/lang.h"
#include "content/pack/catalogue.h"
#include "content/study/session.h"
#include "kiosk/gfx/canvas.h"
#include "kiosk/gfx/interaction.h"
#include "kiosk/gfx/textures.h"
#include "kiosk/gfx/theme.h"
#include "kiosk/input/sdl_events.h"
#include "kiosk/input/touch.h"
#include "kiosk/strings.h"
#include "media/audio_out.h"

namespace xinghuo {

class InputMethod; // kiosk/input/ime.h
class PackRoom;    // kiosk/pack_room.h: the administrator's page only
class SyncRoom;    // kiosk/sync_room.h: likewise
struct InForce;    // kiosk/in_force.h: likewise
class Reception;   // kiosk/reception.h
class Sticks;      // kiosk/stick.h
class Study;       // content/study/study.h: screens only, never exhibits
struct Directory;  // content/study/members.h

// Who is being counted; on every screen.
struct Here {
    std::string name;          // masked: 张*明
    Milliseconds counted{0};   // of this visit
    bool counting = false;     // right now
    bool host = false;         // may open activities
};

// Where one may go from any screen.
enum class Going { nowhere, sign_in, my_study, sign_out, activity };

// What the panel and the policy ask of every screen.
struct Effects {
    bool reduced = false;      // no GPU: static grounds, few things moving
    bool less_motion = false;  // a person's or a place's wish
    int frames_per_second = 60;
};

// Work on a file that is too long for a frame. Ask every frame; nothing until it is done.
class Files {
public:
    virtual ~Files() = default;
    // By its name among all snapshots (Catalogue::lasting_name); screens and exhibits ask Frame::checked_file().
    virtual std::optional<Result<Path>> checked(const std::string& lasting_name) = 0;
};

struct Frame {
    // What is.
    Instant now;
    Date today;
    Lang lang = Lang::zh;
    Rect screen;               // {0, 0, 1920, 1080} or {0, 0, 1080, 1920} or between
    bool portrait = false;
    float margin = 96;
    const Theme& theme;
    const Effects& effects;
    const Strings& strings;
    // Never null but on the closed screen and over it. Hold it to stay on this snapshot; Within sets it to an item's own pack.
    std::shared_ptr<const Catalogue> catalogue;

    // What one uses.
    Canvas& canvas;
    Textures& textures;
    const Pointer& pointer;
    Interaction& touch;        // presses, by id
    AudioOut& audio;
    Files& files;
    bool wait_for_decoder = false;  // for Player::Options, under a fake clock
    std::map<std::string, float>& kept;  // what an exhibit remembers until the visit ends, under "kind/item/what"

    // Members and their study. For screens.
    const Moment& moment;            // of this frame, for records
    std::int64_t day = 0;            // the day things are counted for (content/study/day.h)
    Study* study = nullptr;          // null: nothing can be recorded; Reception::closed() says why
    Reception& reception;            // signs in and out, records, and says so kindly
    std::shared_ptr<const Directory> directory;  // members by name and branch; null while it is being made
    std::optional<Here> here;        // who is signed in
    bool activity_open = false;      // an activity is going on at this terminal
    Sticks* sticks = nullptr;        // where exports go; null: nowhere
    PackRoom* packs = nullptr;       // the packs of this terminal; null: what is shown is given, not kept here
    SyncRoom* sync = nullptr;        // this terminal and the centre, for the administrator; null: nothing is sent
    const InForce* in_force = nullptr;  // which value of a setting holds, and who set it, for the administrator
    // Another number than before: what the centre plans, announces or sets has changed (content/study/from_centre.h). Never 0.
    std::uint64_t told = 0;
    // Work too long for a frame, on the worker's thread (false: too much waits already). Results come back through a Mailbox that
    // the screen looks into; a frame follows each job.
    std::function<bool(std::function<void()>)> post;
    // For a text field: writing by pinyin, opened when first asked for; null where its tables are missing.
    std::function<std::shared_ptr<InputMethod>()> pinyin;
    std::vector<std::string> codes;  // cards and codes read; only for a screen that takes them
    std::string typed;               // UTF-8, from a keyboard, in this frame
    std::vector<Key> keys;           // enter, backspace and the like

    // What one says.
    Instant due = Instant::never();  // when this screen wants its next frame
    bool present = false;            // media plays, or somebody is in the middle of an answer: no idling
    std::optional<Lang> wished_lang; // somebody touched the language switch
    std::optional<Subject> subject;  // what is studied here; none: browsing
    bool media_plays = false;        // of a subject labelled media
    bool takes_codes = false;        // this screen hears cards itself (an activity, binding a card)
    bool wants_text = false;         // a text field has the focus: an input method may help
    Going going = Going::nowhere;    // somebody touched the sign-in button, or their own name

    [[nodiscard]] std::string words(std::string_view key,
                                    std::initializer_list<std::pair<std::string_view, std::string_view>> values = {}) const {
        return strings.get(lang, key, values);
    }
    void wake_at(Instant when) { due = std::min(due, when); }
    // Something moves: the next frame as soon as the frame rate allows.
    void animate() { wake_at(now + from_seconds(1.0 / effects.frames_per_second)); }
    [[nodiscard]] bool calm() const { return effects.reduced || effects.less_motion; }
    // A path of the frame's catalogue, as textures name it; several may be joined by '+'.
    [[nodiscard]] std::string picture_name(std::string_view path) const { return "pack:" + catalogue->lasting_name(path); }
    [[nodiscard]] Texture pack_picture(std::string_view path, Vec2 box) const {
        return path.empty() ? Texture{} : textures.get(picture_name(path), box);
    }
    // A file of the frame's catalogue, when its whole content has been checked. Ask every frame.
    [[nodiscard]] std::optional<Result<Path>> checked_file(std::string_view path) const { return files.checked(catalogue->lasting_name(path)); }
    [[nodiscard]] Texture art(std::string_view path, Vec2 box) const { return textures.get("art:" + std::string(path), box); }
};

// While it lives, the frame is of this snapshot: paths are those of its pack. A null one changes nothing.
class Within {
public:
    Within(Frame& frame, std::shared_ptr<const Catalogue> catalogue) : frame_(frame), before_(frame.catalogue) {
        if (catalogue) frame_.catalogue = std::move(catalogue);
    }
    ~Within() { frame_.catalogue = std::move(before_); }
    Within(const Within&) = delete;
    Within& operator=(const Within&) = delete;

private:
    Frame& frame_;
    std::shared_ptr<const Catalogue> before_;
};

}  // namespace xinghuo
