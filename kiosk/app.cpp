#include "kiosk/app.h"

#include <fmt/format.h>
#include <imgui.h>

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "content/base/log.h"
#include "content/base/mailbox.h"
#include "kiosk/gfx/tween.h"
#include "kiosk/screens/screens.h"
#include "kiosk/widgets.h"
#include "kiosk/worker.h"

namespace xinghuo {
namespace {

constexpr Nanoseconds curtain_falls = Milliseconds(140), curtain_rises = Milliseconds(260);

// Checks whole files against their hashes on the worker, once each.
class CheckedFiles final : public Files {
public:
    CheckedFiles(std::shared_ptr<const Catalogue> catalogue, Textures::Post post)
        : catalogue_(std::move(catalogue)), post_(std::move(post)), arrived_(std::make_shared<Box>(64)) {}

    std::optional<Result<Path>> checked(const std::string& pack_path) override {
        collect();
        if (const auto found = known_.find(pack_path); found != known_.end()) {
            if (found->second) return *found->second;
            return std::nullopt;
        }
        const bool taken = post_([catalogue = catalogue_, pack_path, box = arrived_] {
            if (!box->post({pack_path, catalogue->checked_file(pack_path)})) log_warning("a checked file has no place to arrive");
        });
        if (!taken) return std::nullopt;
        known_.emplace(pack_path, std::nullopt);
        collect();
        const auto& now_known = known_.at(pack_path);
        return now_known ? std::optional<Result<Path>>(*now_known) : std::nullopt;
    }

private:
    struct Letter {
        std::string path;
        Result<Path> file;
    };
    using Box = Mailbox<Letter>;
    void collect() {
        for (auto& letter : arrived_->take_all()) known_.insert_or_assign(letter.path, std::move(letter.file));
    }
    std::shared_ptr<const Catalogue> catalogue_;
    Textures::Post post_;
    std::shared_ptr<Box> arrived_;
    std::unordered_map<std::string, std::optional<Result<Path>>> known_;
};

Textures::Source picture_source(std::shared_ptr<const Catalogue> catalogue, Path art) {
    return [catalogue = std::move(catalogue), art = std::move(art)](const std::string& name) -> Result<Bytes> {
        constexpr std::size_t limit = 32u << 20;
        if (name.starts_with("art:")) return read_bytes(art / name.substr(4), limit);
        if (name.starts_with("pack:") && catalogue) return catalogue->read(name.substr(5), limit);
        return Error{ErrorKind::missing, name + ": no such picture"};
    };
}

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
    std::unique_ptr<Files> files;
    std::unique_ptr<Canvas> canvas;
    Interaction interaction;
    Touch touch;
    Theme theme;
};

App::App(Parts parts)
    : parts_(std::move(parts)),
      idle_({from_seconds(parts_.settings.idle_seconds), from_seconds(parts_.settings.still_there_seconds)}),
      lang_(parts_.settings.lang) {}

App::~App() {
    stack_.clear();
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
    const Textures::Post post = [&m](std::function<void()> job) {
        if (m.worker) return m.worker->post(std::move(job));
        job();
        return true;
    };
    m.textures = std::make_unique<Textures>(parts_.renderer, picture_source(parts_.catalogue, parts_.resources / "art"), post);
    m.files = std::make_unique<CheckedFiles>(parts_.catalogue, post);
    m.canvas = std::make_unique<Canvas>(parts_.renderer, *m.text);
    m.theme = parts_.settings.high_contrast ? high_contrast_theme() : paper_theme();
    resize(parts_.renderer.width_px(), parts_.renderer.height_px());
    stack_.push_back(parts_.catalogue ? make_attract() : make_closed(parts_.why_closed));
    return {};
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
        if (stack_.size() < 2) stack_.push_back(make_hall());
    });
}

void App::leave() {
    ask([this] {
        stack_.resize(1);
        lang_ = parts_.settings.lang;
    });
}

Result<void> App::show(std::string_view place) {
    const auto rest = [&](std::string_view prefix) { return std::string(place.substr(prefix.size())); };
    ScreenPtr screen;
    force_ring_ = false;
    if (!parts_.catalogue) return Error{ErrorKind::missing, "there is no pack to show"};
    if (place == "attract" || place == "hall" || place == "still-there") {
        stack_.resize(1);
        if (place != "attract") stack_.push_back(make_hall());
        force_ring_ = place == "still-there";
        due_ = {};
        return {};
    }
    if (place == "figures") screen = make_figures();
    else if (place == "films") screen = make_films();
    else if (place == "quiz") screen = make_quiz_themes();
    else if (place.starts_with("quiz-theme/")) screen = make_quiz({{}, rest("quiz-theme/"), "", 5, 1});
    else if (place.starts_with("quiz/")) screen = make_quiz({{}, "", rest("quiz/"), 5, 1});
    else if (place.starts_with("item/") && parts_.catalogue->find(rest("item/")) != nullptr) screen = make_exhibit(rest("item/"));
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
        machinery_->interaction.release_all();
        force_ring_ = false;
        idle_.restart(now);
        closing_ = false;
        opening_ = !calm;
        opened_ = now;
    }
}

void App::curtain(Frame& frame) {
    float shade = 0;
    if (closing_) shade = progress(frame.now, curtain_start_, curtain_falls);
    if (opening_) {
        shade = 1 - ease_out(progress(frame.now, opened_, curtain_rises));
        if (frame.now >= opened_ + curtain_rises) opening_ = false;
    }
    if (shade <= 0) return;
    frame.canvas.fill(frame.screen, frame.theme.night.with_alpha(shade));
    frame.animate();
}

void App::still_there(Frame& frame) {
    Canvas& canvas = frame.canvas;
    const Theme& theme = frame.theme;
    canvas.fill(frame.screen, theme.night.with_alpha(0.72f));
    const float w = std::min(frame.screen.w - 2 * frame.margin, 960.0f), h = 712;
    const Rect box{(frame.screen.w - w) / 2, (frame.screen.h - h) / 2, w, h};
    canvas.cover(box);
    card(frame, box, 28);
    Rect inside = box.inset(space::xxl, space::xl);
    canvas.text(frame.words("still.title"), inside.cut_top(88), {Face::serif_bold, type::title, theme.ink, Align::centre, 1.3f, 1, true, 40});
    const float left = force_ring_ ? 0.7f : idle_.ring_left(frame.now);
    const Vec2 centre{box.centre().x, inside.y + 160};
    canvas.ring(centre, 112, 0, 1, theme.line, 14);
    canvas.ring(centre, 112, 0, left, theme.cinnabar, 14);
    const int seconds_left = static_cast<int>(std::ceil(left * static_cast<float>(parts_.settings.still_there_seconds)));
    canvas.text(std::to_string(seconds_left), {centre.x - 100, centre.y - 70, 200, 140},
                {Face::serif_bold, type::display, theme.ink, Align::centre, 1.2f, 1, true});
    inside.cut_top(300);
    canvas.text(frame.words("still.text"), inside.cut_top(104), {Face::sans, type::body, theme.ink_2, Align::centre, 1.5f, 2, true, 28});
    inside.cut_top(space::m);
    Rect row = inside.cut_top(96);
    const float half = (row.w - space::l) / 2;
    const bool go_on = button(frame, "still.stay", frame.words("still.stay"), row.cut_left(half), {Tone::primary, "", false, false, true, 36});
    row.cut_left(space::l);
    if (button(frame, "still.leave", frame.words("still.leave"), row, {Tone::plain, "", false, false, true, 36})) leave();
    // A touch anywhere else is an answer too: somebody is there.
    if (go_on || (frame.pointer.released && !frame.touch.clicked_in_this_frame())) {
        force_ring_ = false;
        idle_.alive(frame.now);
        frame.animate();
    }
    if (!force_ring_) frame.animate();
}

App::Done App::frame(Instant now, WallTime wall, bool deferred, const Clock* stopwatch) {
    Machinery& m = *machinery_;
    const Instant began = stopwatch != nullptr ? stopwatch->now() : Instant{};
    now_ = now;
    ImGui::SetCurrentContext(m.imgui);
    parts_.audio.pump(now);
    change_screen(now);

    const bool ring_before = ring_shown(now);
    Pointer pointer = m.touch.frame(now);
    if (stack_.back()->idles() && idle_.state(now) == Idle::State::gone && !force_ring_ && !change_) {
        leave();
        change_screen(now);
    }
    // While the ring asks, a touch answers the ring; nothing behind it moves on.
    if (pointer.any_contact && !ring_before) idle_.alive(now);

    ImGuiIO& io = ImGui::GetIO();
    io.DisplaySize = {static_cast<float>(parts_.renderer.width_px()), static_cast<float>(parts_.renderer.height_px())};
    io.DeltaTime = 1.0f / 60;
    ImGui::NewFrame();
    m.text->begin_frame();
    m.textures->begin_frame(now, scale_);
    m.canvas->begin(*ImGui::GetBackgroundDrawList(), scale_, screen_);

    const bool curtained = closing_ || change_;
    const Pointer nobody;
    const Pointer& for_screen = curtained || ring_before ? nobody : pointer;
    m.interaction.begin_frame(curtained ? nobody : pointer, now);
    const auto frame_for = [&](const Pointer& who, Interaction& presses) {
        return Frame{.now = now, .today = china_date(wall), .lang = lang_, .screen = screen_, .portrait = screen_.h > screen_.w,
                     .margin = screen_.h > screen_.w ? space::margin_portrait : space::margin, .theme = m.theme,
                     .effects = parts_.effects, .strings = m.strings, .catalogue = parts_.catalogue, .canvas = *m.canvas,
                     .textures = *m.textures, .pointer = who, .touch = presses, .audio = parts_.audio, .files = *m.files,
                     .wait_for_decoder = parts_.work_inline, .due = Instant::never(), .wished_lang = std::nullopt};
    };
    Interaction deaf;
    // Under the ring the screen is drawn, and hears nothing.
    Frame f = frame_for(for_screen, ring_before ? deaf : m.interaction);
    stack_.back()->frame(f, *this);
    if (f.present && !force_ring_) idle_.alive(now);
    if (ring_before) {
        Frame ring = frame_for(pointer, m.interaction);
        still_there(ring);
        f.wake_at(ring.due);
    }
    curtain(f);
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

void App::something_arrived() {
    if (arrived_.exchange(false)) due_ = {};
}

Pixels App::picture() {
    ImGui::SetCurrentContext(machinery_->imgui);
    return parts_.renderer.read(*ImGui::GetDrawData());
}

}  // namespace xinghuo
