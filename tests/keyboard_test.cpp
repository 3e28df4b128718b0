#include "kiosk/keyboard.h"

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <imgui.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <map>

#include "content/base/text.h"
#include "kiosk/reception.h"
#include "kiosk/widgets.h"
#include "media/image.h"
#include "tests/support/hall.h"

using namespace xinghuo;

namespace {

class NoFiles final : public Files {
public:
    std::optional<Result<Path>> checked(const std::string&) override { return std::nullopt; }
};

// A glass with nothing on it but keys. Each press is three frames, as with a finger.
struct Glass {
    explicit Glass(int w = 1920, int h = 1080, Lang in = Lang::zh, float text_factor = 1) : lang(in), renderer(std::move(Renderer::in_memory(w, h)).value()) {
        auto words = Strings::open(Path(XINGHUO_SOURCE_DIR) / "kiosk/strings");
        if (!words) FAIL(words.error().what);
        strings = *words;
        context = ImGui::CreateContext();
        ImGuiIO& io = ImGui::GetIO();
        io.IniFilename = nullptr;
        io.DisplaySize = {static_cast<float>(w), static_cast<float>(h)};
        io.DeltaTime = 1.0f / 60;
        ImGui::GetStyle().AntiAliasedLinesUseTex = false;
        unsigned char* rgba = nullptr;
        int fw = 0, fh = 0;
        io.Fonts->GetTexDataAsRGBA32(&rgba, &fw, &fh);
        io.Fonts->SetTexID(reinterpret_cast<ImTextureID>(renderer->make_texture(fw, fh, rgba)));
        text = std::move(TextEngine::open(FontFiles::debian().value(), *renderer)).value();
        text->set_scale(1, text_factor);
        canvas = std::make_unique<Canvas>(*renderer, *text);
        textures = std::make_unique<Textures>(
            *renderer, [](const std::string& name) { return read_bytes(share_folder() / "art" / name.substr(4), 1u << 20); },
            [](std::function<void()> job) {
                job();
                return true;
            });
        screen = {0, 0, static_cast<float>(w), static_cast<float>(h)};
    }
    ~Glass() {
        canvas.reset();
        textures.reset();
        text.reset();
        ImGui::DestroyContext(context);
    }
    Glass(const Glass&) = delete;
    Glass& operator=(const Glass&) = delete;

    using Draw = std::function<void(Frame&)>;
    std::map<std::string, float> kept;
    void frame(const Draw& draw, const Pointer& pointer = {}, std::string typed = {}, std::vector<Key> keys = {}) {
        now = now + Milliseconds(16);
        ImGui::NewFrame();
        text->begin_frame();
        textures->begin_frame(now, 1);
        canvas->begin(*ImGui::GetBackgroundDrawList(), 1, screen);
        interaction.begin_frame(pointer, now);
        const Moment moment{};
        Frame f{.now = now, .today = {}, .lang = lang, .screen = screen, .portrait = screen.h > screen.w, .theme = theme, .effects = effects,
                .strings = strings, .catalogue = nullptr, .canvas = *canvas, .textures = *textures, .pointer = pointer, .touch = interaction,
                .audio = *audio, .files = files, .kept = kept, .moment = moment, .reception = reception, .directory = nullptr, .here = {}, .post = {}, .pinyin = {},
                .codes = {}, .typed = std::move(typed), .keys = std::move(keys), .due = Instant::never(), .wished_lang = {}, .subject = {}};
        ground(f);
        draw(f);
        ImGui::Render();
    }
    const Label* find(std::string_view id) const {
        for (const Label& l : canvas->labels())
            if (l.touch && l.id == id) return &l;
        return nullptr;
    }
    // False when there is nothing of that id to touch.
    bool tap(std::string_view id, const Draw& draw) {
        frame(draw);
        const Label* key = find(id);
        if (key == nullptr) return false;
        Pointer p;
        p.at = p.pressed_at = key->box.centre();
        p.down = p.pressed = true;
        frame(draw, p);
        p.down = p.pressed = false;
        p.released = true;
        frame(draw, p);
        return true;
    }
    // Beside a golden run, to be looked at: XINGHUO_PICTURES names a folder.
    void picture(const std::string& name, const Draw& draw) {
        const char* folder = std::getenv("XINGHUO_PICTURES");
        if (folder == nullptr) return;
        for (int i = 0; i < 40; ++i) frame(draw);
        const Pixels seen = renderer->read(*ImGui::GetDrawData());
        Image image;
        image.w = seen.w;
        image.h = seen.h;
        image.rgba = seen.rgba;
        REQUIRE(write_file(Path(folder) / (name + ".png"), encode_png(image).value()).has_value());
    }

    Lang lang;
    std::unique_ptr<Renderer> renderer;
    Strings strings;
    ImGuiContext* context = nullptr;
    std::unique_ptr<TextEngine> text;
    std::unique_ptr<Canvas> canvas;
    std::unique_ptr<Textures> textures;
    Interaction interaction;
    Theme theme;
    Effects effects;
    NoFiles files;
    std::unique_ptr<AudioOut> audio = open_silent_audio();
    Reception reception{nullptr, "none"};
    Rect screen;
    Instant now{Milliseconds(1000)};
};

// Every key is large enough, inside its box, and apart from every other; no word is cut.
void check_keys(const Glass& glass, Rect box, float least_w = 72) {
    std::vector<const Label*> keys;
    for (const Label& l : glass.canvas->labels()) {
        if (l.touch && l.id.starts_with("key.")) keys.push_back(&l);
        INFO(l.text);
        CHECK_FALSE(l.cut);
    }
    REQUIRE_FALSE(keys.empty());
    for (const Label* key : keys) {
        INFO(key->id);
        CHECK(key->box.h >= 96);
        CHECK(key->box.w >= least_w);
        CHECK((key->box.x >= box.x - 0.5f && key->box.right() <= box.right() + 0.5f));
        CHECK((key->box.y >= box.y - 0.5f && key->box.bottom() <= box.bottom() + 0.5f));
        for (const Label* other : keys) {
            if (key == other) continue;
            CHECK(key->box.inset(-7.9f).intersected(other->box).empty());
        }
    }
}

std::shared_ptr<InputMethod> pinyin() {
    auto ime = InputMethod::open(share_folder() / "ime");
    if (!ime) FAIL(ime.error().what);
    return std::move(ime).value();
}

struct Panel {
    int w, h;
    Lang lang;
    float growth;
};
std::vector<Panel> panels() {
    std::vector<Panel> all;
    for (const auto& [w, h] : {std::pair{1920, 1080}, {1080, 1920}})
        for (const Lang lang : {Lang::zh, Lang::en})
            for (const float growth : {1.0f, 1.5f}) all.push_back({w, h, lang, growth});
    return all;
}

}  // namespace

TEST_CASE("the number pad on every panel", "[keyboard]") {
    for (const Panel& panel : panels()) {
        Glass glass(panel.w, panel.h, panel.lang, panel.growth);
        for (const Rect box : {Rect{64, 300, number_pad_least.x, number_pad_least.y}, Rect{64, 200, 900, 800}}) {
            glass.frame([&](Frame& f) { number_pad(f, box, 2, 4); });
            check_keys(glass, box);
        }
        glass.picture(fmt::format("numbers-{}-{}-{}", panel.w, panel.lang == Lang::zh ? "zh" : "en", panel.growth),
                      [&](Frame& f) { number_pad(f, {64, 200, 900, 800}, 2, 4); });
    }
}

TEST_CASE("digits, erase and confirm of the number pad", "[keyboard]") {
    Glass glass;
    std::string pin;
    bool confirmed = false;
    const auto draw = [&](Frame& f) {
        for (const KeyPressed& k : with_typing(f, number_pad(f, {600, 300, 700, 700}, pin.size(), 4), Accepts::digits)) {
            if (k.letter != 0) pin += k.letter;
            if (k.erase && !pin.empty()) pin.pop_back();
            if (k.confirm) confirmed = true;
        }
    };
    for (const char* id : {"key.4", "key.7", "key.0", "key.erase", "key.1"}) CHECK(glass.tap(id, draw));
    CHECK(pin == "471");
    CHECK_FALSE(glass.tap("key.confirm", draw));  // too short: deaf
    CHECK(glass.tap("key.1", draw));
    CHECK(glass.tap("key.confirm", draw));
    CHECK(confirmed);
    confirmed = false;
    glass.frame(draw, {}, "x2 9", {Key::backspace, Key::enter, Key::left});
    CHECK(pin == "47112");
    CHECK(confirmed);
}

TEST_CASE("letters that lead to nobody are deaf", "[keyboard]") {
    for (const Panel& panel : panels()) {
        Glass glass(panel.w, panel.h, panel.lang, panel.growth);
        const Rect box{64, 400, panel.w > panel.h ? 1200.0f : letter_pad_least.x, letter_pad_least.y};
        std::string letters;
        const auto draw = [&](Frame& f) {
            if (const KeyPressed k = letter_pad(f, box, "zls")) letters += k.erase ? '<' : k.clear ? '!' : k.letter;
        };
        CHECK(glass.tap("key.z", draw));
        CHECK(glass.tap("key.s", draw));
        CHECK_FALSE(glass.tap("key.a", draw));
        CHECK(glass.tap("key.erase", draw));
        CHECK(glass.tap("key.clear", draw));
        CHECK(letters == "zs<!");
        glass.frame([&](Frame& f) { letter_pad(f, box, all_letters); });
        check_keys(glass, box);
        CHECK(std::count_if(glass.canvas->labels().begin(), glass.canvas->labels().end(), [](const Label& l) { return l.touch; }) == 28);
        glass.picture(fmt::format("letters-{}-{}-{}", panel.w, panel.lang == Lang::zh ? "zh" : "en", panel.growth), draw);
    }
}

TEST_CASE("typed letters are a–z, whatever Shift says", "[keyboard]") {
    Glass glass;
    std::string letters;
    glass.frame([&](Frame& f) {
        for (const KeyPressed& k : with_typing(f, {}, Accepts::letters)) letters += k.letter != 0 ? k.letter : k.erase ? '<' : '\n';
    }, {}, "Zh1 s\xE5\xBC\xA0", {Key::backspace, Key::enter});
    CHECK(letters == "zhs<\n");
}

TEST_CASE("the keyboard on every panel, letters and symbols", "[keyboard]") {
    const auto ime = pinyin();
    for (const Panel& panel : panels()) {
        Glass glass(panel.w, panel.h, panel.lang, panel.growth);
        const bool wide = panel.w > panel.h;
        const Rect box{wide ? 96.0f : 64.0f, wide ? 396.0f : 1000.0f, wide ? 1728.0f : TextKeyboard::least.x, wide ? TextKeyboard::least.y : 800};
        TextKeyboard keyboard(ime);
        std::string text = "七一";
        const auto draw = [&](Frame& f) {
            keyboard.field(f, {box.x, box.y - 140, box.w, 112}, text, "?");
            keyboard.draw(f, box, text, 40);
        };
        glass.frame(draw);
        check_keys(glass, box);
        if (panel.lang == Lang::zh) glass.frame(draw, {}, "shi");
        glass.frame(draw);
        check_keys(glass, box);
        const std::string name = fmt::format("{}-{}-{}", panel.w, panel.lang == Lang::zh ? "zh" : "en", panel.growth);
        glass.picture("keyboard-" + name, draw);
        CHECK(glass.tap("key.symbols", draw));
        glass.frame(draw);
        check_keys(glass, box);
        glass.picture("symbols-" + name, draw);
        CHECK(glass.tap("key.clear", draw));
        CHECK(text.empty());
    }
}

TEST_CASE("pinyin is written on the glass", "[keyboard]") {
    Glass glass;
    TextKeyboard keyboard(pinyin());
    std::string text;
    TextKeyboard::Happened happened;
    bool changed = false;
    const auto draw = [&](Frame& f) {
        keyboard.field(f, {96, 200, 1728, 112}, text, "hint");
        happened = keyboard.draw(f, {96, 400, 1728, 660}, text, 12);
        changed = changed || happened.changed;
    };
    const auto write = [&](std::string_view letters) {
        for (const char c : letters) REQUIRE(glass.tap("key." + std::string(1, c), draw));
    };
    write("zhutidangri");
    CHECK(text.empty());
    glass.frame(draw);
    REQUIRE(glass.find("candidate.0") != nullptr);
    CHECK(glass.find("candidate.0")->text == "主题党日");
    CHECK(glass.tap("candidate.0", draw));
    CHECK(text == "主题党日");
    CHECK(changed);
    glass.frame(draw);
    CHECK(glass.find("candidate.0") == nullptr);
    write("xuexi");
    CHECK(glass.tap("key.erase", draw));
    write("i");
    CHECK(glass.tap("key.comma", draw));  // takes the first candidate, then the mark
    CHECK(text == "主题党日学习，");
    write("7");
    CHECK(text == "主题党日学习，7");
    CHECK(glass.tap("key.erase", draw));
    CHECK(glass.tap("key.erase", draw));
    CHECK(text == "主题党日学习");
    write("abc");
    CHECK(glass.tap("key.confirm", draw));  // the letters as they are
    CHECK(text == "主题党日学习abc");
    write("zhongguo");
    CHECK(glass.tap("key.space", draw));
    CHECK(text == "主题党日学习abc中国");
    write("renmin");
    CHECK(glass.tap("key.space", draw));
    CHECK(text == "主题党日学习abc中国人");  // full: twelve characters
}

TEST_CASE("candidates beyond the bar are reached by turning, there and back", "[keyboard]") {
    Glass glass(1080, 1920, Lang::zh, 1.5f);
    TextKeyboard keyboard(pinyin());
    std::string text;
    const auto draw = [&](Frame& f) { keyboard.draw(f, {64, 1000, 952, 700}, text, 40); };
    glass.frame(draw, {}, "zhongguo");
    const auto shown = [&] {
        glass.frame(draw);
        std::vector<std::string> words;
        for (int i = 0; const Label* l = glass.find(fmt::format("candidate.{}", i)); ++i) words.push_back(l->text);
        return words;
    };
    auto first = shown();
    REQUIRE_FALSE(first.empty());
    CHECK(glass.find("candidate.before") == nullptr);
    std::vector<std::string> all = first;
    for (int i = 0; i < 8 && glass.find("candidate.after") != nullptr; ++i) {
        REQUIRE(glass.tap("candidate.after", draw));
        for (const std::string& word : shown()) all.push_back(word);
    }
    // As the input method itself tells them, none left out.
    const auto ime = pinyin();
    for (const char c : std::string("zhongguo")) ime->letter(c);
    std::vector<std::string> wanted;
    for (int page = 0; page < 20 && wanted.size() < all.size(); ++page) {
        for (const std::string& word : ime->writing().candidates) wanted.push_back(word);
        ime->turn_page(true);
    }
    wanted.resize(std::min(wanted.size(), all.size()));
    CHECK(all == wanted);
    for (int i = 0; i < 30 && glass.find("candidate.before") != nullptr; ++i) {
        REQUIRE(glass.tap("candidate.before", draw));
        glass.frame(draw);
    }
    CHECK(shown() == first);
    REQUIRE(glass.tap("candidate.0", draw));
    CHECK(text == first[0]);
}

TEST_CASE("a real keyboard writes by the same rules", "[keyboard]") {
    Glass glass;
    TextKeyboard keyboard(pinyin());
    std::string text;
    TextKeyboard::Happened happened;
    const auto draw = [&](Frame& f) { happened = keyboard.draw(f, {96, 400, 1728, 660}, text, 60); };
    glass.frame(draw, {}, "xuexi ");
    CHECK(text == "学习");
    glass.frame(draw, {}, "shi");
    const std::string second = [&] {
        glass.frame(draw);
        return glass.find("candidate.1")->text;
    }();
    glass.frame(draw, {}, "2");
    CHECK(text == "学习" + second);
    glass.frame(draw, {}, "", {Key::backspace});
    CHECK(text == "学习");
    glass.frame(draw, {}, "ok", {Key::enter});
    CHECK(text == "学习ok");
    CHECK_FALSE(happened.confirm);
    glass.frame(draw, {}, "张\x01", {Key::enter});
    CHECK(text == "学习ok张");
    CHECK(happened.confirm);
    CHECK(glass.tap("key.language", draw));
    glass.frame(draw, {}, "Go 7-1");
    CHECK(text == "学习ok张Go 7-1");
    CHECK(glass.tap("key.shift", draw));
    CHECK(glass.tap("key.a", draw));
    CHECK(glass.tap("key.a", draw));
    CHECK(text == "学习ok张Go 7-1Aa");
}

TEST_CASE("without an input method there are letters", "[keyboard]") {
    Glass glass;
    TextKeyboard keyboard(nullptr);
    std::string text;
    const auto draw = [&](Frame& f) { keyboard.draw(f, {96, 400, 1728, 660}, text, 60); };
    CHECK(glass.tap("key.h", draw));
    CHECK(glass.tap("key.i", draw));
    CHECK_FALSE(glass.tap("key.language", draw));
    CHECK(text == "hi");
}
