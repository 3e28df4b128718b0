#include "kiosk/gfx/window.h"

#include <SDL2/SDL.h>
#include <catch2/catch.hpp>
#include <imgui.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "tests/support/shapes.h"

using namespace xinghuo;

namespace {

using What = InputEvent::What;

// SDL's driver that shows nothing and needs nothing.
struct NoDisplay {
    NoDisplay() { SDL_SetHintWithPriority(SDL_HINT_VIDEODRIVER, "dummy", SDL_HINT_OVERRIDE); }
    ~NoDisplay() { SDL_ResetHint(SDL_HINT_VIDEODRIVER); }
    NoDisplay(const NoDisplay&) = delete;
    NoDisplay& operator=(const NoDisplay&) = delete;
};

std::unique_ptr<Window> open_window(const Clock& clock, int w, int h) {
    Window::Options options;
    options.title = "test";
    options.w_points = w;
    options.h_points = h;
    auto window = Window::open(options, clock);
    REQUIRE(window.has_value());
    return std::move(window).value();
}

// As it is: SDL_PushEvent would put a time stamp of its own on it.
void put(SDL_Event& event) { REQUIRE(SDL_PeepEvents(&event, 1, SDL_ADDEVENT, 0, 0) == 1); }

void finger(std::uint32_t type, std::int64_t id, float x, float y, std::uint32_t ms) {
    SDL_Event e{};
    e.type = type;
    e.tfinger.timestamp = ms;
    e.tfinger.fingerId = id;
    e.tfinger.x = x;
    e.tfinger.y = y;
    put(e);
}

void mouse_button(std::uint32_t type, std::uint8_t button, std::uint32_t which, int x, int y, std::uint32_t ms) {
    SDL_Event e{};
    e.type = type;
    e.button.timestamp = ms;
    e.button.which = which;
    e.button.button = button;
    e.button.x = x;
    e.button.y = y;
    put(e);
}

void mouse_move(int x, int y) {
    SDL_Event e{};
    e.type = SDL_MOUSEMOTION;
    e.motion.x = x;
    e.motion.y = y;
    put(e);
}

std::vector<InputEvent> only(const std::vector<InputEvent>& events, What what) {
    std::vector<InputEvent> found;
    for (const InputEvent& e : events) {
        if (e.what == what) found.push_back(e);
    }
    return found;
}

}  // namespace

TEST_CASE("a display that only remembers is no display", "[window]") {
    const NoDisplay none;
    CHECK_FALSE(display_available());
}

TEST_CASE("a window without a GPU draws what memory draws", "[window]") {
    const NoDisplay none;
    FakeClock clock({0});
    const auto window = open_window(clock, 320, 200);
    CHECK(window->graphics().driver == Driver::software);
    CHECK(window->graphics().reduced_effects);
    Renderer& shown = window->renderer();
    CHECK((shown.driver() == Driver::software && shown.width_px() == 320 && shown.height_px() == 200));
    auto memory = Renderer::in_memory(320, 200);
    REQUIRE(memory);
    Scene scene({&shown, memory->get()}, 320, 200);
    Dice dice(5);
    std::vector<Shape> shapes;
    for (int i = 0; i < 20; ++i) shapes.push_back(random_shape(dice, 320, 200));
    CHECK_FALSE(shown.draw(scene.draw(shapes)).damage.empty());
    shapes[3].colour = IM_COL32_WHITE;
    const ImDrawData& data = scene.draw(shapes);
    shown.draw(data);
    CHECK(shown.read(data).rgba == (*memory)->read(data).rgba);
}

TEST_CASE("fingers and the mouse arrive in imaginary px", "[window]") {
    const NoDisplay none;
    FakeClock clock({0});
    const auto window = open_window(clock, 960, 540);
    EventSource& events = window->events();
    events.wait(Milliseconds(0), 0.5f);
    clock.advance(Milliseconds(5000));
    finger(SDL_FINGERDOWN, 0, 0.5f, 0.25f, 100);
    finger(SDL_FINGERMOTION, 0, 0.75f, 0.5f, 108);
    finger(SDL_FINGERUP, 0, 1.0f, 1.0f, 116);
    mouse_move(1, 1);  // nobody holds the button
    mouse_button(SDL_MOUSEBUTTONDOWN, SDL_BUTTON_RIGHT, 0, 5, 5, 120);
    mouse_button(SDL_MOUSEBUTTONDOWN, SDL_BUTTON_LEFT, SDL_TOUCH_MOUSEID, 5, 5, 120);
    mouse_button(SDL_MOUSEBUTTONDOWN, SDL_BUTTON_LEFT, 0, 480, 135, 124);
    mouse_move(240, 270);
    mouse_button(SDL_MOUSEBUTTONUP, SDL_BUTTON_LEFT, 0, 240, 270, 132);
    const auto touches = only(events.wait(Milliseconds(0), 0.5f), What::touch);
    REQUIRE(touches.size() == 6);
    CHECK(touches[0].touch.what == TouchEvent::What::down);
    CHECK(touches[0].touch.finger != 0);
    CHECK(touches[0].touch.at == Vec2{960, 270});
    CHECK(touches[1].touch.at == Vec2{1440, 540});
    CHECK(touches[2].touch.what == TouchEvent::What::up);
    CHECK(touches[2].touch.at == Vec2{1920, 1080});
    CHECK((touches[1].touch.when - touches[0].touch.when == Milliseconds(8)));
    CHECK((touches[0].touch.when <= clock.now()));
    CHECK(touches[3].touch.finger == 0);
    CHECK(touches[3].touch.at == Vec2{960, 270});
    CHECK(touches[4].touch.what == TouchEvent::What::move);
    CHECK(touches[5].touch.what == TouchEvent::What::up);
    CHECK(touches[5].touch.at == Vec2{480, 540});
}

TEST_CASE("time stamps that begin again are read as now", "[window]") {
    const NoDisplay none;
    FakeClock clock({0});
    const auto window = open_window(clock, 100, 100);
    EventSource& events = window->events();
    events.wait(Milliseconds(0), 1);
    clock.advance(Milliseconds(2'000'000));
    finger(SDL_FINGERDOWN, 1, 0, 0, 4'000'000'000u);
    events.wait(Milliseconds(0), 1);
    clock.advance(Milliseconds(400));
    finger(SDL_FINGERUP, 1, 0, 0, 77);
    finger(SDL_FINGERDOWN, 1, 0, 0, 80);
    const auto touches = only(events.wait(Milliseconds(0), 1), What::touch);
    REQUIRE(touches.size() == 2);
    for (const InputEvent& e : touches) {
        CHECK((e.touch.when <= clock.now()));
        CHECK((clock.now() - e.touch.when < Milliseconds(1000)));
    }
}

TEST_CASE("keys, text, size, exposure, focus, the end", "[window]") {
    const NoDisplay none;
    FakeClock clock({0});
    const auto window = open_window(clock, 100, 100);
    EventSource& events = window->events();
    events.wait(Milliseconds(0), 1);
    const auto push_key = [](SDL_Keycode code, std::uint16_t mod) {
        SDL_Event e{};
        e.type = SDL_KEYDOWN;
        e.key.keysym.sym = code;
        e.key.keysym.mod = mod;
        put(e);
    };
    const auto push_window = [](std::uint8_t what) {
        SDL_Event e{};
        e.type = SDL_WINDOWEVENT;
        e.window.event = what;
        put(e);
    };
    push_key(SDLK_RETURN, 0);
    push_key(SDLK_F11, KMOD_LCTRL);
    SDL_Event text{};
    text.type = SDL_TEXTINPUT;
    SDL_strlcpy(text.text.text, "4711", sizeof text.text.text);
    put(text);
    push_window(SDL_WINDOWEVENT_SIZE_CHANGED);
    push_window(SDL_WINDOWEVENT_EXPOSED);
    push_window(SDL_WINDOWEVENT_FOCUS_LOST);
    SDL_Event quit{};
    quit.type = SDL_QUIT;
    put(quit);
    const auto all = events.wait(Milliseconds(0), 1);
    REQUIRE(all.size() == 7);
    CHECK((all[0].what == What::key && all[0].key == Key::enter));
    CHECK((all[1].what == What::key && all[1].key == Key::f11 && all[1].ctrl));
    CHECK((all[2].what == What::text && all[2].text == "4711"));
    CHECK((all[3].what == What::resized && all[3].w_px == 100 && all[3].h_px == 100));
    CHECK(all[4].what == What::exposed);
    CHECK((all[5].what == What::focus && !all[5].focused));
    CHECK(all[6].what == What::quit);
}

TEST_CASE("a key is its place on the keyboard, whatever the layout calls it", "[window]") {
    const NoDisplay none;
    FakeClock clock({0});
    const auto window = open_window(clock, 100, 100);
    EventSource& events = window->events();
    events.wait(Milliseconds(0), 1);
    clock.advance(Milliseconds(5000));
    const auto push_key = [](SDL_Scancode place, std::uint16_t mod, std::uint32_t ms) {
        SDL_Event e{};
        e.type = SDL_KEYDOWN;
        e.key.timestamp = ms;
        e.key.keysym.scancode = place;
        e.key.keysym.sym = SDLK_AMPERSAND;  // as a French layout calls the key of 1
        e.key.keysym.mod = mod;
        put(e);
    };
    struct Case {
        SDL_Scancode place;
        std::uint16_t mod;
        char character;
    };
    const Case cases[] = {
        {SDL_SCANCODE_1, 0, '1'},           {SDL_SCANCODE_0, 0, '0'},          {SDL_SCANCODE_0, KMOD_LSHIFT, ')'},  {SDL_SCANCODE_A, 0, 'a'},
        {SDL_SCANCODE_Z, KMOD_RSHIFT, 'Z'}, {SDL_SCANCODE_F, KMOD_CAPS, 'f'},  {SDL_SCANCODE_KP_0, 0, '0'},         {SDL_SCANCODE_KP_7, KMOD_NUM, '7'},
        {SDL_SCANCODE_KP_PERIOD, 0, '.'},   {SDL_SCANCODE_MINUS, 0, '-'},      {SDL_SCANCODE_EQUALS, 0, '='},       {SDL_SCANCODE_LEFTBRACKET, KMOD_LSHIFT, '{'},
        {SDL_SCANCODE_BACKSLASH, 0, '\\'},  {SDL_SCANCODE_SEMICOLON, KMOD_LSHIFT, ':'}, {SDL_SCANCODE_APOSTROPHE, KMOD_LSHIFT, '"'}, {SDL_SCANCODE_GRAVE, 0, '`'},
        {SDL_SCANCODE_COMMA, 0, ','},       {SDL_SCANCODE_PERIOD, KMOD_LSHIFT, '>'}, {SDL_SCANCODE_SLASH, KMOD_LSHIFT, '?'}, {SDL_SCANCODE_SPACE, 0, ' '},
        {SDL_SCANCODE_C, KMOD_LCTRL, 0},    {SDL_SCANCODE_LSHIFT, KMOD_LSHIFT, 0}, {SDL_SCANCODE_TAB, 0, '\t'}, {SDL_SCANCODE_LEFT, 0, 0},
    };
    std::uint32_t ms = 1000;
    for (const Case& c : cases) push_key(c.place, c.mod, ms += 7);
    const auto keys = only(events.wait(Milliseconds(0), 1), What::key);
    REQUIRE(keys.size() == std::size(cases));
    for (std::size_t i = 0; i < keys.size(); ++i) {
        INFO(i);
        CHECK(keys[i].character == cases[i].character);
        if (i > 0) CHECK((keys[i].when - keys[i - 1].when == Milliseconds(7)));
    }
    CHECK((keys.back().when == clock.now()));
}

TEST_CASE("the system's input method is asked only where text is wanted", "[window]") {
    const NoDisplay none;
    FakeClock clock({0});
    const auto window = open_window(clock, 100, 100);
    CHECK_FALSE(SDL_IsTextInputActive());
    window->events().want_text(true);
    CHECK(SDL_IsTextInputActive());
    window->events().want_text(true);
    window->events().want_text(false);
    CHECK_FALSE(SDL_IsTextInputActive());
}

TEST_CASE("many wakes are one event, and each wait can be woken anew", "[window]") {
    const NoDisplay none;
    FakeClock clock({0});
    const auto window = open_window(clock, 100, 100);
    EventSource& events = window->events();
    events.wait(Milliseconds(0), 1);
    for (int round = 0; round < 3; ++round) {
        for (int i = 0; i < 1000; ++i) events.wake();
        CHECK(only(events.wait(Milliseconds(-1), 1), What::woken).size() == 1);
        CHECK(events.wait(Milliseconds(0), 1).empty());
    }
}

TEST_CASE("a flood of events comes in portions", "[window]") {
    const NoDisplay none;
    FakeClock clock({0});
    const auto window = open_window(clock, 100, 100);
    EventSource& events = window->events();
    events.wait(Milliseconds(0), 1);
    for (int i = 0; i < 600; ++i) finger(SDL_FINGERMOTION, 1, 0, 0, 10);
    CHECK(events.wait(Milliseconds(0), 1).size() == 256);
    CHECK(events.wait(Milliseconds(0), 1).size() == 256);
    CHECK(events.wait(Milliseconds(0), 1).size() == 88);
}
