// The application without a window: screens, navigation, idling, language, one frame at a time.
// main.cpp gives it touches and the time and shows the picture; a driver and the tests do the same without a display.
// Main thread.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "content/pack/catalogue.h"
#include "content/pack/pack_store.h"
#include "kiosk/config.h"
#include "kiosk/frame.h"
#include "kiosk/gfx/renderer.h"
#include "kiosk/idle.h"
#include "kiosk/input/card_reader.h"
#include "kiosk/reception.h"
#include "kiosk/screen.h"
#include "media/audio_out.h"

struct ImGuiContext;

namespace xinghuo {

class InputMethod;
struct InForce;
class LivePacks;
class PackRoom;
class SyncRoom;
class Worker;
class Study;
class Sticks;

class App final : private Navigator {
public:
    struct Parts {
        Renderer& renderer;
        AudioOut& audio;
        std::shared_ptr<const Catalogue> catalogue;  // null: the closed screen, with `why_closed`
        std::string why_closed;
        bool preview = false;                        // what is shown is not signed: every screen says so
        Settings settings;
        Effects effects;
        Path resources;                              // art/ and strings/
        Study* study = nullptr;                      // null: nobody can sign in, for this reason:
        std::string why_no_study;
        PackRoom* packs = nullptr;                   // for the administrator's page; outlives the application
        SyncRoom* sync = nullptr;                    // for the administrator's page; outlives the application
        bool work_inline = false;                    // no worker thread: pictures are there in the frame that asks (fake clock)
        std::function<void()> wake;                  // called from the worker's thread when something arrived
    };
    static Result<std::unique_ptr<App>> open(Parts parts);
    ~App() override;
    App(const App&) = delete;
    App& operator=(const App&) = delete;

    // At these real px. At once when the window changes.
    void resize(int w_px, int h_px);
    // Positions in imaginary px.
    void on(const TouchEvent& event);
    // A key by its place, from a keyboard or a reader that plays one; told apart by timing.
    void on(const CardReader::Stroke& stroke);
    void on(Key key);
    // A whole card or code, from a reader taken as a device.
    void on_code(std::string code);
    // Text composed by an input method, or typed by a driver.
    void on_text(std::string_view utf8);
    [[nodiscard]] bool wants_text() const { return wants_text_; }
    [[nodiscard]] bool codes_wait() const { return !codes_.empty(); }
    // What the reception says now, in the visit's language; empty: nothing.
    [[nodiscard]] std::string said() const;
    // Whether its notice lies on this place; a touch there takes it away and nothing else.
    [[nodiscard]] bool notice_at(Vec2 at) const { return notice_box_ && notice_box_->contains(at); }
    [[nodiscard]] Study* study() { return parts_.study; }
    // Where exports go and rosters come from; a driver may plug a folder in.
    [[nodiscard]] Sticks& sticks() { return *sticks_; }
    // Once per turn of the loop: sticks come and go, and packs with them.
    void turn(const Moment& moment);
    // When the next turn is wanted at the latest, be there a frame or not.
    [[nodiscard]] Instant turn_due() const;
    void look(Instant now);  // sticks only
    // Another snapshot, from the next frame on; null: the closed screen. Whoever is in an exhibit, a film or a quiz finishes on the old one,
    // unless its pack is recalled: then it is left at once, and somebody says so. `in_place`: what is open begins anew on the new one.
    void show_catalogue(std::shared_ptr<const Catalogue> catalogue, std::string why_closed, const std::vector<Recall>& recalls = {}, bool in_place = false);
    [[nodiscard]] const std::shared_ptr<const Catalogue>& catalogue() const { return parts_.catalogue; }
    [[nodiscard]] PackRoom* packs() { return parts_.packs; }
    [[nodiscard]] SyncRoom* sync() { return parts_.sync; }
    [[nodiscard]] const Moment& moment() const { return moment_; }  // of the last turn or frame
    // Which settings hold now, and who set them; null: there is no study.
    [[nodiscard]] const InForce* settings_in_force() const { return told_.in_force.get(); }
    // Nobody is in front of it: it invites, or is closed.
    [[nodiscard]] bool nobody_here() const { return stack_.size() == 1; }
    // The record could not be looked after, or was mended and opened anew.
    void set_study(Study* study, std::string why_not);
    [[nodiscard]] Vec2 to_imaginary(float x_px, float y_px) const { return {x_px / scale_, y_px / scale_}; }

    struct Done {
        DrawStats drawn;
        double build_ms = 0, submit_ms = 0;          // filled when a clock to measure with is given
    };
    // Builds the frame of `now` and draws it. deferred: see Renderer::draw.
    Done frame(const Moment& moment, bool deferred, const Clock* stopwatch = nullptr);
    // When the next frame is wanted at the latest; a touch comes sooner.
    [[nodiscard]] Instant due() const { return due_; }

    // A place by name: "attract", "hall", "figures", "films", "item/ID", "quiz/ID" (about an item), "quiz-theme/t1", "quiz", "still-there",
    // "sign-in", "activity", "my-study", "admin".
    Result<void> show(std::string_view place);
    void set_lang(Lang lang);

    [[nodiscard]] std::string screen_id() const;
    [[nodiscard]] const std::vector<Label>& labels() const;
    [[nodiscard]] Lang lang() const { return lang_; }
    [[nodiscard]] Rect screen() const { return screen_; }
    [[nodiscard]] float scale() const { return scale_; }
    [[nodiscard]] bool settled(Instant now) const;   // no curtain, nothing on its way
    [[nodiscard]] Pixels picture();
    [[nodiscard]] const std::u32string& missing_characters() const;
    // If a picture or a checked file came from the worker, the next frame is due at once.
    void something_arrived();
    void expose() { parts_.renderer.forget(); due_ = {}; }

private:
    explicit App(Parts parts);
    Result<void> prepare();
    void go(ScreenPtr screen) override;
    void replace(ScreenPtr screen) override;
    void back() override;
    void home() override;
    void leave() override;
    void ask(std::function<void()> change);
    void change_screen(Instant now);
    void still_there(Frame& frame);
    void notice(Frame& frame);
    void curtain(Frame& frame);
    void preview_ribbon(Frame& frame) const;
    void begin_again();
    void release();
    [[nodiscard]] LivePacks& live_packs();
    void take_pictures_anew();
    void leave(SignOutWhy why);
    void receive(const Moment& moment);
    void watch_corner(const Pointer& pointer, Instant now);
    void follow(Going going, const Moment& moment);
    void study_goes_on(Frame& frame, bool touched);
    [[nodiscard]] std::optional<Here> here(Instant now) const;
    [[nodiscard]] Instant corner_due() const;
    void refresh_directory();
    void look_at_roster_anew();
    void say_carried();
    void hear_centre();
    void settle_settings();
    void take_theme();
    std::shared_ptr<InputMethod> pinyin();
    [[nodiscard]] bool ring_shown(Instant now) const;

    struct Machinery;                                // text, textures, canvas: what frames are made with
    static constexpr std::string_view unheard = "-";
    // What the centre says, as it was last looked for.
    struct Told {
        std::optional<Instant> looked;
        std::string revision{unheard};
        std::uint64_t number = 1;                    // Frame::told
        bool rules = false;                          // the policy may be another one, too
        std::unique_ptr<InForce> in_force, next;     // next: waits until nobody is disturbed
    };
    Parts parts_;                                    // its settings: those in force
    const Settings own_settings_;                    // without the centre's
    Told told_;
    std::atomic<bool> arrived_{false};               // set by the worker's thread
    std::unique_ptr<Machinery> machinery_;
    std::vector<ScreenPtr> stack_;                   // the last one is seen
    std::function<void()> change_;                   // asked for, done when the curtain is closed
    Instant curtain_start_{}, opened_{};
    bool closing_ = false, opening_ = false;
    Idle idle_;
    bool force_ring_ = false;                        // show("still-there")
    Lang lang_;
    Rect screen_;
    float scale_ = 1;
    Instant due_;
    Instant now_;
    Moment moment_;
    std::map<std::string, float> kept_;              // Frame::kept
    // Keys and codes since the last frame.
    CardReader wedge_;
    std::vector<std::string> codes_;
    std::string typed_;
    std::vector<Key> keys_;
    bool takes_codes_ = false, wants_text_ = false;  // as the screen said in the last frame
    bool unasked_ = true;                            // a new screen, which has not said yet whether it takes codes
    std::unique_ptr<Reception> reception_;
    std::function<bool(std::function<void()>)> post_;  // work for the worker
    std::unique_ptr<Sticks> sticks_;
    std::shared_ptr<InputMethod> pinyin_;
    bool pinyin_missing_ = false;
    std::optional<Rect> notice_box_;                 // of the last frame
    std::optional<Instant> corner_since_;            // a finger rests in the administrator's corner
};

}  // namespace xinghuo
