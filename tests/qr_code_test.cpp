#include "kiosk/gfx/qr_code.h"

#include <catch2/catch.hpp>
#include <imgui.h>

#include <array>
#include <cstdlib>
#include <optional>
#include <string>

#include "kiosk/gfx/text.h"

using namespace xinghuo;

namespace {

// ISO/IEC 18004 §6.3.3: three dark rings with their light separators; §6.3.5: the timing patterns.
bool has_patterns(const QrCode& code) {
    const int n = code.size();
    for (const auto& [cx, cy] : {std::pair{3, 3}, std::pair{n - 4, 3}, std::pair{3, n - 4}})
        for (int y = -4; y <= 4; ++y)
            for (int x = -4; x <= 4; ++x) {
                if (cx + x < 0 || cy + y < 0 || cx + x >= n || cy + y >= n) continue;
                const int ring = std::max(std::abs(x), std::abs(y));
                if (code.dark(cx + x, cy + y) != (ring != 2 && ring != 4)) return false;
            }
    for (int i = 8; i < n - 8; ++i)
        if (code.dark(i, 6) != (i % 2 == 0) || code.dark(6, i) != (i % 2 == 0)) return false;
    return true;
}

bool masked(int mask, int x, int y) {
    switch (mask) {
        case 0: return (x + y) % 2 == 0;
        case 1: return y % 2 == 0;
        case 2: return x % 3 == 0;
        case 3: return (x + y) % 3 == 0;
        case 4: return (x / 3 + y / 2) % 2 == 0;
        case 5: return x * y % 2 + x * y % 3 == 0;
        case 6: return (x * y % 2 + x * y % 3) % 2 == 0;
        default: return ((x + y) % 2 + x * y % 3) % 2 == 0;
    }
}

// Reads versions 1–3 as §11 says, without correcting errors: there its codewords lie in one block.
std::optional<std::string> decoded(const QrCode& code) {
    const int n = code.size();
    unsigned format = 0;
    for (unsigned i = 0; i < 15; ++i) {
        const int k = static_cast<int>(i);
        const bool bit = k < 6 ? code.dark(8, k) : k == 6 ? code.dark(8, 7) : k == 7 ? code.dark(8, 8) : k == 8 ? code.dark(7, 8) : code.dark(14 - k, 8);
        format |= static_cast<unsigned>(bit) << i;
    }
    format ^= 0x5412u;
    if (format >> 13u != 0) return std::nullopt;  // level M
    const int mask = static_cast<int>(format >> 10u & 7u);
    const auto is_function = [n](int x, int y) {
        if ((x < 9 && y < 9) || (x >= n - 8 && y < 9) || (x < 9 && y >= n - 8) || x == 6 || y == 6) return true;
        return n > 21 && std::abs(x - (n - 7)) <= 2 && std::abs(y - (n - 7)) <= 2;
    };
    std::vector<bool> bits;
    bool up = true;
    for (int right = n - 1; right > 0; right -= 2, up = !up) {
        if (right == 6) right = 5;
        for (int step = 0; step < n; ++step)
            for (int x : {right, right - 1}) {
                const int y = up ? n - 1 - step : step;
                if (!is_function(x, y)) bits.push_back(code.dark(x, y) != masked(mask, x, y));
            }
    }
    std::size_t at = 0;
    const auto number = [&](int count) {
        unsigned value = 0;
        while (count-- > 0 && at < bits.size()) value = value << 1u | static_cast<unsigned>(bits[at++]);
        return value;
    };
    if (number(4) != 4u) return std::nullopt;  // bytes
    std::string text(number(8), '\0');
    for (char& c : text) c = static_cast<char>(number(8));
    return text;
}

// A canvas on a picture in memory.
struct Sheet {
    Sheet(int w, int h, float scale) : renderer(std::move(Renderer::in_memory(w, h)).value()) {
        context = ImGui::CreateContext();
        ImGuiIO& io = ImGui::GetIO();
        io.IniFilename = nullptr;
        io.DisplaySize = {static_cast<float>(w), static_cast<float>(h)};
        io.DeltaTime = 1.0f / 60;
        unsigned char* rgba = nullptr;
        int fw = 0, fh = 0;
        io.Fonts->GetTexDataAsRGBA32(&rgba, &fw, &fh);
        io.Fonts->SetTexID(reinterpret_cast<ImTextureID>(renderer->make_texture(fw, fh, rgba)));
        text = std::move(TextEngine::open(FontFiles::debian().value(), *renderer)).value();
        canvas = std::make_unique<Canvas>(*renderer, *text);
        ImGui::NewFrame();
        canvas->begin(*ImGui::GetBackgroundDrawList(), scale, {0, 0, static_cast<float>(w) / scale, static_cast<float>(h) / scale});
    }
    ~Sheet() {
        canvas.reset();
        text.reset();
        ImGui::DestroyContext(context);
    }
    Sheet(const Sheet&) = delete;
    Sheet& operator=(const Sheet&) = delete;
    Pixels picture() {
        ImGui::Render();
        return renderer->read(*ImGui::GetDrawData());
    }
    std::unique_ptr<Renderer> renderer;
    ImGuiContext* context = nullptr;
    std::unique_ptr<TextEngine> text;
    std::unique_ptr<Canvas> canvas;
};

}  // namespace

TEST_CASE("what a QR code was made of can be read from its modules", "[qr]") {
    for (const std::string& text : {std::string("1"), std::string("2023110456"), std::string("XH1.abcDEF-_09"),
                                    std::string("\xE5\xBC\xA0\xE4\xB8\x89 \x00\xFF", 9), std::string(42, 'x')}) {
        const auto code = make_qr(text);
        REQUIRE(code.has_value());
        CHECK(has_patterns(code.value()));
        CHECK(code.value().size() == (text.size() <= 14 ? 21 : text.size() <= 26 ? 25 : 29));
        CHECK(decoded(code.value()) == text);
    }
}

TEST_CASE("a QR code grows with what it holds, up to its limit", "[qr]") {
    int size = 0;
    for (const std::size_t bytes : {14u, 15u, 100u, 300u, 800u, 2331u}) {
        const auto code = make_qr(std::string(bytes, 'a'));
        REQUIRE(code.has_value());
        CHECK(code.value().size() % 4 == 1);
        CHECK(code.value().size() > size);
        CHECK(has_patterns(code.value()));
        size = code.value().size();
    }
    CHECK(size == 177);
    CHECK(make_qr(std::string(2332, 'a')).error().kind == ErrorKind::too_large);
    CHECK(make_qr("").error().kind == ErrorKind::invalid);
}

TEST_CASE("a QR code is drawn on whole px, each module the same, with its quiet zone", "[qr]") {
    const QrCode code = make_qr("https://example.edu.cn/r?4711").value();
    const Colour ink = rgb(0x231B16);
    for (const float scale : {0.5f, 0.7f, 1.0f, 1.37f}) {
        INFO(scale);
        Sheet sheet(500, 480, scale);
        sheet.canvas->fill(sheet.canvas->screen(), rgb(0xA6261C));
        const Rect box{31.3f / scale, 17.8f / scale, 400 / scale, 390.5f / scale};
        const Rect drawn = draw_qr(*sheet.canvas, code, box, ink);
        const int modules = code.size() + 8, px = static_cast<int>(390.5f) / modules;
        CHECK(drawn.w * scale == Approx(modules * px).margin(0.01));
        CHECK((drawn.x >= box.x - 0.5f / scale && drawn.bottom() <= box.bottom() + 0.5f / scale));
        const Pixels seen = sheet.picture();
        const int left = static_cast<int>(std::lround(drawn.x * scale)), top = static_cast<int>(std::lround(drawn.y * scale));
        int wrong = 0;
        for (int y = 0; y < modules * px; ++y)
            for (int x = 0; x < modules * px; ++x) {
                const int mx = x / px - 4, my = y / px - 4;
                const bool dark = mx >= 0 && my >= 0 && mx < code.size() && my < code.size() && code.dark(mx, my);
                const std::uint8_t* p = &seen.rgba[(static_cast<std::size_t>(top + y) * static_cast<std::size_t>(seen.w) + static_cast<std::size_t>(left + x)) * 4];
                const Colour wanted = dark ? ink : rgb(0xFFFFFF);
                wrong += Colour{p[0], p[1], p[2]} != wanted;
            }
        CHECK(wrong == 0);
    }
}

TEST_CASE("a QR code that would be too small to scan is not drawn", "[qr]") {
    Sheet sheet(100, 100, 1);
    CHECK(draw_qr(*sheet.canvas, make_qr("12345").value(), {0, 0, 28, 100}).empty());
}
