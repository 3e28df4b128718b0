#include "kiosk/app.h"

#include <fmt/format.h>
#include <imgui.h>

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "content/base/log.h"
#include "content/base/mailbox.h"
#include "content/study/study.h"
#include "kiosk/gfx/tween.h"
#include "kiosk/in_force.h"
#include "kiosk/input/ime.h"
#include "kiosk/live_packs.h"
#include "kiosk/screens/screens.h"
#include "kiosk/stick.h"
#include "kiosk/sync_room.h"
#include "kiosk/widgets.h"
#include "kiosk/worker.h"

namespace xinghuo {
namespace {

constexpr Nanoseconds curtain_falls = Milliseconds(140);
constexpr Nanoseconds between_directory_looks = Milliseconds(500);

}  // namespace

struct App::Machinery {
    ~Machinery() {
        canvas.reset();
        textures.reset();
        text.reset();
        if (imgui != nullptr) {
            renderer.destroy_texture(font_texture);
            ImGui::DestroyContext(imgui);
        }
    }
    explicit Machinery(Renderer& r) : renderer(r) {}

    Renderer& renderer;
    ImGuiContext* imgui = nullptr;
    TextureId font_texture = 0;
    Strings strings;
    std::unique_ptr<Worker> worker;
    std::unique_ptr<TextEngine> text;
    std::unique_ptr<Textures> textures;
    std::unique_ptr<LivePacks> packs;
    std::unique_ptr<Canvas> canvas;
    Interaction interaction;
    Touch touch;
    Theme theme;
    // Members by name, made on the worker; anew when the members' revision has changed.
    std::shared_ptr<const Directory> directory;
    std::shared_ptr<Mailbox<std::shared_ptr<const Directory>>> directory_box = std::make_shared<Mailbox<std::shared_ptr<const Directory>>>(4);
    std::int64_t directory_revision = -1;
    Instant directory_looked;
};

App::App(Parts parts)
    : parts_(std::move(parts)), own_settings_(parts_.settings),
      idle_({from_seconds(parts_.settings.idle_seconds), from_seconds(parts_.settings.still_there_seconds)}),
      lang_(parts_.settings.lang) {}

App::~App() {
    stack_.clear();
    sticks_.reset();
    machinery_.reset();
}

Result<std::unique_ptr<App>> App::open(Parts parts) {
    std::unique_ptr<App> app(new App(std::move(parts)));
    if (auto ready = app->prepare(); !ready) return ready.error();
    return app;
}

Result<void> App::prepare() {
    machinery_ = std::make_unique<Machinery>(parts_.renderer);
    Machinery& m = *machinery_;
    auto strings = Strings::open(parts_.resources / "strings");
    if (!strings) return strings.error();
    m.strings = std::move(*strings);
    auto fonts = FontFiles::debian();
    if (!fonts) return fonts.error().within("opening fonts");
    auto text = TextEngine::open(*fonts, parts_.renderer);
    if (!text) return text.error().within("opening fonts");
    m.text = std::move(*text);

    m.imgui = ImGui::CreateContext();
    ImGui::SetCurrentContext(m.imgui);
    ImGuiIO& io = ImGui::GetIO();
    io.IniFilename = nullptr;
    io.LogFilename = nullptr;
    io.BackendFlags |= ImGuiBackendFlags_RendererHasVtxOffset;
    ImGui::GetStyle().AntiAliasedLinesUseTex = false;
    ImGui::GetStyle().CircleTessellationMaxError = 0.2f;
    unsigned char* pixels = nullptr;
    int w = 0, h = 0;
    io.Fonts->Flags |= ImFontAtlasFlags_NoBakedLines;
    io.Fonts->GetTexDataAsRGBA32(&pixels, &w, &h);
    m.font_texture = parts_.renderer.make_texture(w, h, pixels);
    io.Fonts->SetTexID(reinterpret_cast<ImTextureID>(m.font_texture));
    io.Fonts->ClearTexData();

    if (!parts_.work_inline) m.worker = Worker::start([this] {
        arrived_ = true;
        if (parts_.wake) parts_.wake();
    });
    post_ = [&m](std::function<void()> job) {
        if (m.worker) return m.worker->post(std::move(job));
        job();
        return true;
    };
    sticks_ = std::make_unique<Sticks>(post_);
    m.packs = std::make_unique<LivePacks>(post_);
    m.packs->add(parts_.catalogue);
    m.textures = std::make_unique<Textures>(parts_.renderer, m.packs->pictures(parts_.resources / "art"), post_);
    m.canvas = std::make_unique<Canvas>(parts_.renderer, *m.text);
    take_theme();
    resize(parts_.renderer.width_px(), parts_.renderer.height_px());
    stack_.push_back(parts_.catalogue ? make_attract() : make_closed(parts_.why_closed));
    set_study(parts_.study, parts_.why_no_study);
    return {};
}

void App::set_study(Study* study, std::string why_not) {
    parts_.study = study;
    reception_ = std::make_unique<Reception>(study, std::move(why_not));
    reception_->trust_centre(parts_.settings.centre_key);
    machinery_->directory.reset();
    machinery_->directory_revision = -1;
    told_.looked.reset();
    told_.revision = unheard;
    hear_centre();
    // What was under way stays under way: an activity goes on where it was.
    if (study != nullptr && study->activities().current() && parts_.catalogue) {
        stack_.resize(1);
        stack_.push_back(make_hall());
        stack_.push_back(make_activity());
    }
    due_ = {};
}

void App::resize(int w_px, int h_px) {
    if (w_px != parts_.renderer.width_px() || h_px != parts_.renderer.height_px()) parts_.renderer.resize(w_px, h_px);
    const float w = static_cast<float>(w_px), h = static_cast<float>(h_px);
    // 1920 wide in landscape, 1080 in portrait; a squarer panel gets more height, never less than the design's.
    scale_ = w >= h ? std::min(w / 1920, h / 1080) : std::min(w / 1080, h / 1500);
    screen_ = {0, 0, w / scale_, h / scale_};
    machinery_->text->set_scale(scale_, text_factor(parts_.settings, mm_per_unit(parts_.settings, screen_.w, screen_.h)));
    due_ = {};
}

void App::on(const TouchEvent& event) {
    machinery_->touch.on(event);
    due_ = {};
}

void App::on(const CardReader::Stroke& stroke) {
    wedge_.key(stroke);
    due_ = {};
}

void App::on(Key key) {
    constexpr std::size_t most = 64;
    if (keys_.size() < most) keys_.push_back(key);
    due_ = {};
}

void App::on_code(std::string code) {
    constexpr std::size_t most = 64, longest = 1024;
    if (codes_.size() < most && code.size() <= longest) codes_.push_back(std::move(code));
    due_ = {};
}

void App::on_text(std::string_view utf8) {
    constexpr std::size_t most = 4096;
    if (typed_.size() + utf8.size() <= most) typed_ += utf8;
    due_ = {};
}

std::string App::said() const {
    const auto& notice = reception_->notice();
    return notice ? machinery_->strings.get(lang_, notice->title, notice->values) : "";
}

void App::ask(std::function<void()> change) {
    // The first wish of a frame counts; a second one would act on a screen that is already leaving.
    if (!change_) change_ = std::move(change);
}

void App::go(ScreenPtr screen) {
    ask([this, s = std::make_shared<ScreenPtr>(std::move(screen))] {
        constexpr std::size_t deepest = 16;
        if (stack_.size() >= deepest) stack_.erase(stack_.begin() + 1);
        stack_.push_back(std::move(*s));
    });
}

void App::replace(ScreenPtr screen) {
    ask([this, s = std::make_shared<ScreenPtr>(std::move(screen))] { stack_.back() = std::move(*s); });
}

void App::back() {
    ask([this] {
        if (stack_.size() > 1) stack_.pop_back();
        if (stack_.size() == 1) lang_ = parts_.settings.lang;
    });
}

void App::home() {
    ask([this] {
        while (stack_.size() > 2) stack_.pop_back();
        if (stack_.size() < 2 && parts_.catalogue) stack_.push_back(make_hall());
    });
}

void App::leave() { leave(SignOutWhy::button); }

void App::leave(SignOutWhy why) {
    // At this instant, not when the curtain is down.
    reception_->sign_out(why, moment_);
    ask([this] {
        stack_.resize(1);
        lang_ = parts_.settings.lang;
    });
}

Result<void> App::show(std::string_view place) {
    const auto rest = [&](std::string_view prefix) { return std::string(place.substr(prefix.size())); };
    ScreenPtr screen;
    force_ring_ = false;
    takes_codes_ = wants_text_ = false;
    unasked_ = true;
    // What was under way leads nowhere else any more.
    change_ = nullptr;
    closing_ = opening_ = false;
    if (!parts_.catalogue) return Error{ErrorKind::missing, "there is no pack to show"};
    if (place == "attract" || place == "hall" || place == "still-there") {
        stack_.resize(1);
        if (place != "attract") stack_.push_back(make_hall());
        else reception_->sign_out(SignOutWhy::button, moment_), kept_.clear();
        force_ring_ = place == "still-there";
        settle_settings();
        due_ = {};
        return {};
    }
    if (place == "figures") screen = make_figures();
    else if (place == "films") screen = make_films();
    else if (place.starts_with("items/")) screen = make_items(rest("items/"));
    else if (place == "quiz") screen = make_quiz_themes();
    else if (place.starts_with("quiz-theme/")) screen = make_quiz({{}, rest("quiz-theme/"), "", 5, 1});
    else if (place.starts_with("quiz/")) screen = make_quiz({{}, "", rest("quiz/"), 5, 1});
    else if (place.starts_with("item/") && parts_.catalogue->find(rest("item/")) != nullptr) screen = make_exhibit(rest("item/"));
    else if (place == "sign-in") screen = make_sign_in();
    else if (place == "activity") screen = make_activity();
    else if (place == "my-study") screen = make_my_study();
    else if (place == "admin") screen = make_admin();
    else return Error{ErrorKind::missing, std::string(place) + ": no such place"};
    stack_.resize(1);
    stack_.push_back(make_hall());
    stack_.push_back(std::move(screen));
    idle_.restart(now_);
    due_ = {};
    return {};
}

void App::set_lang(Lang lang) {
    lang_ = lang;
    due_ = {};
}

std::string App::screen_id() const {
    return ring_shown(now_) ? "still-there" : stack_.back()->id();
}

const std::vector<Label>& App::labels() const { return machinery_->canvas->labels(); }
const std::u32string& App::missing_characters() const { return machinery_->text->missing(); }

bool App::settled(Instant) const { return !change_ && !closing_ && !opening_ && !machinery_->touch.waiting(); }

bool App::ring_shown(Instant now) const {
    return stack_.back()->idles() && (force_ring_ || idle_.state(now) == Idle::State::still_there);
}

void App::change_screen(Instant now) {
    if (!change_) return;
    const bool calm = parts_.effects.less_motion || parts_.effects.reduced;
    if (!closing_ && !calm) {
        closing_ = true;
        curtain_start_ = now;
    }
    if (calm || now >= curtain_start_ + curtain_falls) {
        const auto change = std::exchange(change_, nullptr);
        change();
        // On the attract screen nobody is here, whichever way it was reached.
        if (stack_.size() == 1) {
            reception_->sign_out(SignOutWhy::button, moment_);
            kept_.clear();
        }
        release();
        idle_.restart(now);
        if (nobody_here() || stack_.back()->id() == "hall") settle_settings();
        closing_ = false;
        opening_ = !calm;
        opened_ = now;
    }
}

void App::release() {
    machinery_->interaction.release_all();
    takes_codes_ = wants_text_ = false;
    unasked_ = true;
    force_ring_ = false;
}

void App::take_theme() { machinery_->theme = parts_.settings.high_contrast ? high_contrast_theme() : paper_theme(); }
void App::look_at_roster_anew() { machinery_->directory_looked = Instant{} - between_directory_looks; }

LivePacks& App::live_packs() { return *machinery_->packs; }
void App::take_pictures_anew() { machinery_->textures->set_source(machinery_->packs->pictures(parts_.resources / "art")); }

void App::refresh_directory() {
    Machinery& m = *machinery_;
    const auto collect = [&m] {
        for (auto& directory : m.directory_box->take_all()) m.directory = std::move(directory);
    };
    collect();
    if (parts_.study == nullptr || (m.directory_revision >= 0 && now_ - m.directory_looked < between_directory_looks)) return;
    m.directory_looked = now_;
    const auto revision = parts_.study->members().revision();
    if (!revision || *revision == m.directory_revision) return;
    const bool taken = post_([files = parts_.study->files(), box = m.directory_box] {
        auto key = SecretKey::load_or_make(files.store_key());
        auto db = Database::open(files.database());
        if (!key || !db) return log_warning("reading the roster: " + (key ? db.error().what : key.error().what));
        auto directory = Members::build_directory(**db, *key);
        if (!directory) return log_warning(directory.error().within("reading the roster").what);
        if (!box->post(std::move(*directory))) log_warning("a roster has no place to arrive");
    });
    if (taken) m.directory_revision = *revision;
    collect();
}

App::Done App::frame(const Moment& moment, bool deferred, const Clock* stopwatch) {
    Machinery& m = *machinery_;
    const Instant began = stopwatch != nullptr ? stopwatch->now() : Instant{};
    const Instant now = moment.now;
    now_ = now;
    moment_ = moment;
    ImGui::SetCurrentContext(m.imgui);
    parts_.audio.pump(now);
    change_screen(now);

    const bool ring_before = ring_shown(now);
    Pointer pointer = m.touch.frame(now);
    if (stack_.back()->idles() && idle_.state(now) == Idle::State::gone && !force_ring_ && !change_) {
        leave(SignOutWhy::idle);
        change_screen(now);
    }
    for (std::string& code : wedge_.read(now)) on_code(std::move(code));
    for (const CardReader::Stroke& stroke : wedge_.typed(now)) {
        if (stroke.enter) on(Key::enter);
        else if (stroke.backspace) on(Key::backspace);
        else if (stroke.character != 0) on_text(std::string_view(&stroke.character, 1));
    }
    const bool keyed = !typed_.empty() || !keys_.empty() || !codes_.empty();
    // While the ring asks, a touch answers the ring; nothing behind it moves on.
    if ((pointer.any_contact && !ring_before) || keyed) idle_.alive(now);
    watch_corner(pointer, now);
    refresh_directory();
    if (!codes_.empty() && !takes_codes_ && !unasked_ && !change_) receive(moment);

    ImGuiIO& io = ImGui::GetIO();
    io.DisplaySize = {static_cast<float>(parts_.renderer.width_px()), static_cast<float>(parts_.renderer.height_px())};
    io.DeltaTime = 1.0f / 60;
    ImGui::NewFrame();
    m.text->begin_frame();
    m.textures->begin_frame(now, scale_);
    m.canvas->begin(*ImGui::GetBackgroundDrawList(), scale_, screen_);

    const bool curtained = closing_ || change_;
    const Pointer nobody;
    // What lies under a notice is not touched by taking the notice away.
    const bool on_notice = (pointer.down || pointer.released) && notice_at(pointer.pressed_at) && !ring_before;
    if (on_notice && pointer.released) reception_->dismiss();
    const Pointer& for_screen = curtained || ring_before || on_notice ? nobody : pointer;
    m.interaction.begin_frame(curtained || on_notice ? nobody : pointer, now);
    const std::int64_t day = parts_.study != nullptr ? parts_.study->today(moment) : counted_day(moment.wall, moment.wall_trusted, built_day());
    const auto frame_for = [&](const Pointer& who, Interaction& presses) {
        return Frame{.now = now, .today = date_of_day(day), .lang = lang_, .screen = screen_, .portrait = screen_.h > screen_.w,
                     .margin = screen_.h > screen_.w ? space::margin_portrait : space::margin, .theme = m.theme,
                     .effects = parts_.effects, .strings = m.strings, .catalogue = parts_.catalogue, .canvas = *m.canvas,
                     .textures = *m.textures, .pointer = who, .touch = presses, .audio = parts_.audio, .files = *m.packs,
                     .wait_for_decoder = parts_.work_inline, .kept = kept_, .moment = moment_, .day = day, .study = parts_.study, .reception = *reception_,
                     .directory = m.directory, .here = here(now), .activity_open = parts_.study != nullptr && parts_.study->activities().current().has_value(),
                     .sticks = sticks_.get(), .packs = parts_.preview ? nullptr : parts_.packs, .sync = parts_.sync, .in_force = told_.in_force.get(), .told = told_.number, .post = post_, .pinyin = [this] { return pinyin(); }, .codes = {}, .typed = {}, .keys = {}, .due = Instant::never(), .wished_lang = std::nullopt,
                     .subject = std::nullopt};
    };
    Interaction deaf;
    // Under the ring the screen is drawn, and hears nothing.
    Frame f = frame_for(for_screen, ring_before ? deaf : m.interaction);
    if (!curtained) {
        f.codes = takes_codes_ ? std::exchange(codes_, {}) : std::vector<std::string>{};
        f.typed = std::exchange(typed_, {});
        f.keys = std::exchange(keys_, {});
    }
    stack_.back()->frame(f, *this);
    takes_codes_ = f.takes_codes;
    unasked_ = false;
    wants_text_ = f.wants_text;
    if (f.present && !force_ring_) idle_.alive(now);
    study_goes_on(f, (pointer.any_contact && !ring_before) || keyed);
    follow(f.going, moment);
    if (ring_before) {
        Frame ring = frame_for(pointer, m.interaction);
        still_there(ring);
        f.wake_at(ring.due);
    }
    curtain(f);
    notice(f);
    preview_ribbon(f);
    f.wake_at(std::min(wedge_.due(), corner_due()));
    if (!codes_.empty() && !change_) f.wake_at(now);
    if (f.wished_lang) {
        lang_ = *f.wished_lang;
        f.wake_at(now);
    }
    if (m.textures->fading(now)) f.animate();
    if (change_ || m.touch.waiting() || pointer.pressed || pointer.released) f.animate();
    if (stack_.back()->idles() && !force_ring_) f.wake_at(idle_.state(now) == Idle::State::here ? idle_.ring_at() : idle_.gone_at());
    due_ = f.due;

    ImGui::Render();
    Done done;
    const Instant built = stopwatch != nullptr ? stopwatch->now() : Instant{};
    done.drawn = parts_.renderer.draw(*ImGui::GetDrawData(), deferred);
    if (stopwatch != nullptr) {
        done.build_ms = seconds(built - began) * 1e3;
        done.submit_ms = seconds(stopwatch->now() - built) * 1e3;
    }
    return done;
}

std::shared_ptr<InputMethod> App::pinyin() {
    if (pinyin_ || pinyin_missing_) return pinyin_;
    auto opened = InputMethod::open(parts_.resources / "ime");
    if (opened) {
        pinyin_ = std::move(*opened);
    } else {
        pinyin_missing_ = true;
        log_warning(opened.error().within("opening the input method").what);
    }
    return pinyin_;
}

void App::look(Instant now) {
    if (sticks_->look(now)) {
        due_ = {};
        if (parts_.sync != nullptr && sticks_->stick() && sticks_->stick()->writable) parts_.sync->stick_came(sticks_->stick()->root);
    }
}

void App::something_arrived() {
    if (arrived_.exchange(false)) due_ = {};
}

Pixels App::picture() {
    ImGui::SetCurrentContext(machinery_->imgui);
    return parts_.renderer.read(*ImGui::GetDrawData());
}

}  // namespace xinghuo
