#include <catch2/catch.hpp>
#include <imgui.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "content/base/text.h"
#include "kiosk/gfx/text.h"

namespace xinghuo {
namespace {

// Keeps textures as plain pixels and notes what was written where.
class NotingRenderer final : public Renderer {
public:
    struct Texture {
        int w = 0, h = 0;
        std::vector<std::uint8_t> rgba;
        std::vector<PixelRect> written;
    };

    [[nodiscard]] Driver driver() const override { return Driver::software; }
    void resize(int, int) override {}
    [[nodiscard]] int width_px() const override { return 1920; }
    [[nodiscard]] int height_px() const override { return 1080; }
    TextureId make_texture(int w, int h, const std::uint8_t* rgba) override {
        if (refuse) return 0;
        textures[++last_] = {w, h, std::vector<std::uint8_t>(rgba, rgba + static_cast<std::ptrdiff_t>(w) * h * 4), {}};
        return last_;
    }
    void update_texture(TextureId id, PixelRect r, const std::uint8_t* rgba, bool seen) override {
        Texture& t = textures.at(id);
        REQUIRE((r.x >= 0 && r.y >= 0 && r.w > 0 && r.h > 0 && r.x + r.w <= t.w && r.y + r.h <= t.h));
        CHECK_FALSE(seen);
        for (int y = 0; y < r.h; ++y)
            std::copy_n(rgba + static_cast<std::ptrdiff_t>(y) * r.w * 4, r.w * 4,
                        t.rgba.begin() + (static_cast<std::ptrdiff_t>(r.y + y) * t.w + r.x) * 4);
        t.written.push_back(r);
    }
    TextureId make_yuv_texture(int, int, YuvMatrix) override { return 0; }
    void update_yuv_texture(TextureId, const YuvPlanes&) override {}
    void destroy_texture(TextureId id) override { REQUIRE((id == 0 || textures.erase(id) == 1)); }
    [[nodiscard]] std::size_t texture_bytes() const override { return 0; }
    DrawStats draw(const ImDrawData&, bool) override { return {}; }
    Pixels read(const ImDrawData&) override { return {}; }
    void forget() override {}

    [[nodiscard]] std::size_t painted() const {
        std::size_t n = 0;
        for (const auto& [id, t] : textures) n += t.written.size();
        return n;
    }

    std::map<TextureId, Texture> textures;
    bool refuse = false;

private:
    TextureId last_ = 0;
};

// An engine with the system's fonts and a draw list to look at.
struct Desk {
    Desk() : context(ImGui::CreateContext()), list(ImGui::GetDrawListSharedData()) {
        Result<FontFiles> fonts = FontFiles::debian();
        INFO((fonts ? "" : fonts.error().what));
        REQUIRE(fonts.has_value());
        Result<std::unique_ptr<TextEngine>> opened = TextEngine::open(*fonts, renderer);
        REQUIRE(opened.has_value());
        engine = std::move(*opened);
        fresh_list();
    }
    ~Desk() {
        list._ClearFreeMemory();
        ImGui::DestroyContext(context);
    }
    Desk(const Desk&) = delete;
    Desk& operator=(const Desk&) = delete;

    void fresh_list() {
        list._ResetForNewFrame();
        list.Flags = ImDrawListFlags_AllowVtxOffset;
        list.PushClipRect({0, 0}, {1920, 1080});
    }
    std::shared_ptr<const TextLayout> lay(const std::string& text, float width = 0, Face face = Face::sans,
                                          float size = 40, int max_lines = 0) {
        Paragraph p;
        p.runs.push_back({text, face, size, {}});
        p.width = width;
        p.max_lines = max_lines;
        return engine->layout(p);
    }

    NotingRenderer renderer;
    ImGuiContext* context;
    ImDrawList list;
    std::unique_ptr<TextEngine> engine;
};

std::vector<std::string> lines_of(const TextLayout& layout) {
    std::vector<std::string> out;
    float top = -1;
    const std::vector<CharacterBox>& all = layout.characters();
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (all[i].box.y != top) out.emplace_back();
        top = all[i].box.y;
        const std::size_t end = i + 1 < all.size() ? all[i + 1].byte : layout.text().size();
        out.back() += layout.text().substr(all[i].byte, end - all[i].byte);
    }
    return out;
}

std::string broken(const TextLayout& layout) {
    std::string out;
    for (const std::string& line : lines_of(layout)) out += (out.empty() ? "" : "|") + line;
    return out;
}

std::size_t count_colour(const ImDrawList& list, Colour colour) {
    return static_cast<std::size_t>(std::count_if(list.VtxBuffer.begin(), list.VtxBuffer.end(),
                                                  [&](const ImDrawVert& v) { return v.col == colour.packed(); })) / 4;
}

}  // namespace

TEST_CASE("Lines of Chinese end where they should at a given width", "[text]") {
    struct Case {
        float ems;
        const char* text;
        const char* expected;
    };
    const Case cases[] = {
        {4, "星火燎原中国", "星火燎原|中国"},
        {4, "星火燎原。", "星火燎|原。"},              // 。 is half a cell at the end, and still too wide
        {4.5f, "星火燎原。中国", "星火燎原。|中国"},   // its blank is not counted at a line's end
        {3, "星火燎，原", "星火|燎，原"},
        {4, "他说“你好”", "他说“你|好”"},
        {4, "他说：“你好", "他说：|“你好"},
        {2, "中《新青年》", "中|《新|青|年》"},
        {3.5f, "中（一）国家", "中（一）|国家"},       // ）loses its blank at the end
        {3, "《甲》《乙》", "《甲》|《乙》"},
        {4.5f, "《甲》《乙》", "《甲》《乙》"},        // 》《 share a blank; the edges lose theirs
        {4, "说。”“好", "说。”“好"},
        {3, "说。”“好", "说。”|“好"},
        {4, "卡尔·马克思", "卡尔·马|克思"},
        {2, "卡尔·马克", "卡|尔·|马克"},
        {4, "他走了——再见", "他走|了——再|见"},
        {4, "等等……然后", "等等……|然后"},
        {3, "等等……然后", "等|等……|然后"},
        {5, "在1919—1921年间", "在|1919—|1921年间"},   // too long for a line: broken by force, at the best place
        {6, "在1919—1921年间", "在|1919—1921|年间"},
        {4, "你好\n世界", "你好\n|世界"},
        {4, "你好\n\n世界", "你好\n|\n|世界"},
        {4, "你好\n", "你好\n"},
        {2, "你好 世界", "你好 |世界"},                // the space hangs over the edge
        {2, "你好　世界", "你好　|世界"},
        {4, "用Linux写字", "用Linux|写字"},
        {3, "用Linux写", "用|Linux|写"},
        {2, "abcdefgh", "abc|def|gh"},
        {2, "一二三。四", "一二|三。|四"},
        {1, "甲。乙", "甲|。|乙"},                     // no width for the rule
        {2, "刘𬱖𬱖", "刘𬱖|𬱖"},
        {2, "葛\U000E0100城市", "葛\U000E0100城|市"},
        {3, "好？！真好", "好？！|真好"},
        {2, "１９４９年", "１９|４９|年"},
    };
    Desk desk;
    for (const Case& c : cases) {
        const auto layout = desk.lay(c.text, c.ems * 40);
        INFO(c.text << " in " << c.ems << " em");
        CHECK(broken(*layout) == c.expected);
        CHECK_FALSE(layout->overflows());
        CHECK(layout->size().x <= c.ems * 40 + 0.02f);
    }
}

TEST_CASE("Full-width marks share their blanks", "[text]") {
    Desk desk;
    const auto ems = [&](const char* text) { return desk.lay(text)->size().x / 40; };
    CHECK(ems("中国") == Approx(2));
    CHECK(ems("中。国") == Approx(3));
    CHECK(ems("中国。") == Approx(2.5));
    CHECK(ems("（中国）") == Approx(3));
    CHECK(ems("中。”国") == Approx(3.5));
    CHECK(ems("中》《国") == Approx(3.5));
    CHECK(ems("中，“‘国") == Approx(4));
    CHECK(ems("中·国") == Approx(2.5));
    CHECK(ems("中——国") == Approx(4));
    CHECK(ems("中……国") == Approx(4));
    CHECK(desk.lay("中·国", 0, Face::serif)->size().x == Approx(100));
    // Between Latin letters they are narrow, in a Chinese sentence or not.
    CHECK(ems("他说don’t") < ems("他说dont") + 0.35f);
    CHECK(ems("say “yes”") < ems("say yes") + 1.1f);
    CHECK(ems("wait…") == Approx(ems("wait") + 1).margin(0.15));
}

TEST_CASE("Figures are all as wide in every face", "[text]") {
    Desk desk;
    for (const Face face : {Face::sans, Face::sans_bold, Face::serif, Face::serif_bold}) {
        const float width = desk.lay("0000", 0, face)->size().x;
        for (const char* year : {"1111", "1921", "1949", "2024", "7777"})
            CHECK(desk.lay(year, 0, face)->size().x == Approx(width));
    }
}

TEST_CASE("Runs of different sizes stand on one baseline", "[text]") {
    Desk desk;
    Paragraph p;
    p.runs = {{"小", Face::sans, 28, {}},
              {"大 Big", Face::serif_bold, 96, {}},
              {"中\n", Face::sans, 44, {}},
              {"末行", Face::sans, 30, {}}};
    p.line_height = 1.5f;
    const auto layout = desk.engine->layout(p);
    REQUIRE(layout->lines() == 2);
    CHECK(layout->size().y == Approx(96 * 1.5f + 30 * 1.5f));
    CHECK(layout->first_baseline() == Approx(48 * 1.5f + 96 * 0.38f));
    CHECK(layout->text() == "小大 Big中\n末行");
    CHECK(layout->characters().front().box.h == Approx(144));
    CHECK(layout->characters().back().box.y == Approx(144));
    CHECK(layout->characters().back().box.h == Approx(45));
    CHECK(layout->characters()[1].box.x == Approx(28));
    CHECK(layout->characters()[1].box.w == Approx(96));
}

TEST_CASE("Alignment is within the width, or within the widest line", "[text]") {
    Desk desk;
    Paragraph p;
    p.runs = {{"星火\n星火燎原", Face::sans, 40, {}}};
    const auto first_x = [&](Align align, float width) {
        p.align = align;
        p.width = width;
        return desk.engine->layout(p)->characters().front().box.x;
    };
    CHECK(first_x(Align::left, 400) == 0);
    CHECK(first_x(Align::centre, 400) == Approx(160));
    CHECK(first_x(Align::right, 400) == Approx(320));
    CHECK(first_x(Align::centre, 0) == Approx(40));
    CHECK(first_x(Align::right, 0) == Approx(80));
    p.runs[0].text = "星火   ";
    CHECK(first_x(Align::right, 400) == Approx(320));  // trailing spaces hang
}

TEST_CASE("A name with a rare character is drawn", "[text]") {
    Desk desk;
    for (const char* name : {"刘𬱖", "𠮷野", "㐂", "𫖯", "𰻝"}) {
        const std::size_t before = desk.renderer.painted();
        const auto layout = desk.lay(name);
        CHECK(layout->characters().back().box.w > 30);
        CHECK(layout->characters().back().box.h > 30);
        desk.fresh_list();
        desk.engine->draw(desk.list, *layout, {10, 10});
        CHECK(desk.renderer.painted() > before);
        CHECK(desk.list.VtxBuffer.Size == static_cast<int>(layout->characters().size()) * 4);
    }
    CHECK(desk.engine->missing().empty());
}

TEST_CASE("What no font has is drawn as a framed code and reported once", "[text]") {
    Desk desk;
    const auto layout = desk.lay("甲\uE000乙\U000F1234\uE000", 0);
    CHECK(desk.engine->missing() == std::u32string{0xE000, 0xF1234});
    CHECK(layout->size().x == Approx(200));
    desk.engine->draw(desk.list, *layout, {0, 0});
    CHECK(desk.list.VtxBuffer.Size == 5 * 4);
    desk.lay("又\uE000");
    CHECK(desk.engine->missing().size() == 2);
    // The two codes are different pictures, each with a full frame around.
    const auto& written = desk.renderer.textures.begin()->second.written;
    REQUIRE(written.size() == 4);
    CHECK(std::count_if(written.begin(), written.end(), [](PixelRect r) { return r.w == 37 && r.h == 37; }) == 2);
}

TEST_CASE("Variation selectors and other invisible characters take no room and draw nothing", "[text]") {
    Desk desk;
    const float plain = desk.lay("葛城")->size().x;
    for (const char* text : {"葛\U000E0100城", "葛\uFE00城", "葛\u200b城", "\ufeff葛城", "葛城\u200d", "葛\u200e城\u00ad"}) {
        const auto layout = desk.lay(text);
        CHECK(layout->size().x == Approx(plain));
        desk.fresh_list();
        desk.engine->draw(desk.list, *layout, {0, 0});
        CHECK(desk.list.VtxBuffer.Size == 8);
    }
    CHECK(desk.lay("葛\U000E0100城")->characters().size() == 2);
    CHECK(desk.engine->missing().empty());
}

TEST_CASE("Too many lines end in an ellipsis", "[text]") {
    Desk desk;
    const std::string text = "这一段文字最多只显示两行，多余的部分用省略号代替";
    const auto cut = desk.lay(text, 10 * 40, Face::sans, 40, 2);
    CHECK(cut->truncated());
    CHECK(cut->lines() == 2);
    CHECK(cut->size().x <= 400.02f);
    CHECK(broken(*cut).starts_with("这一段文字最多只显示|两行，多余的部分用"));
    CHECK(cut->characters().size() == 19);
    CHECK_FALSE(desk.lay(text, 10 * 40, Face::sans, 40, 3)->truncated());
    CHECK_FALSE(desk.lay(text, 0, Face::sans, 40, 1)->truncated());
    // Not after a comma or an opening mark; never within a character.
    CHECK(desk.lay("一二，三四五", 4 * 40, Face::sans, 40, 1)->characters().size() == 2);
    CHECK(desk.lay("一二《三四五", 4 * 40, Face::sans, 40, 1)->characters().size() == 2);
    CHECK(desk.lay("𬱖𬱖𬱖𬱖", 2.9f * 40, Face::sans, 40, 1)->characters().size() == 1);
    CHECK(desk.lay("e\u0301e\u0301e\u0301e\u0301e\u0301", 2 * 40, Face::sans, 40, 1)->characters().back().byte % 3 ==
          0);
    // Cut by a newline only: there is room for all of the first line.
    const auto two = desk.lay("一行\n二行", 0, Face::sans, 40, 1);
    CHECK(two->truncated());
    CHECK(two->size().x == Approx(120));
    // Not even … fits.
    const auto narrow = desk.lay("一二三四", 20, Face::sans, 40, 1);
    CHECK(narrow->truncated());
    CHECK(narrow->overflows());
    CHECK(fits(*desk.engine, {{{"甲乙", Face::sans, 40, {}}}, 80, 1.5f, Align::left, 0}, 60));
    CHECK_FALSE(fits(*desk.engine, {{{"甲乙", Face::sans, 40, {}}}, 40, 1.5f, Align::left, 0}, 60));
}

TEST_CASE("A highlight changes colours and nothing else", "[text]") {
    Desk desk;
    const Colour red = rgb(0xB3261E), blue = rgb(0x1A4E8A);
    const auto layout = desk.lay("星火燎原 fi fi");
    desk.engine->draw(desk.list, *layout, {0, 0}, 1, {{0, 6, red}, {9, 12, blue}});
    const std::vector<ImDrawVert> coloured(desk.list.VtxBuffer.begin(), desk.list.VtxBuffer.end());
    CHECK(count_colour(desk.list, red) == 2);
    CHECK(count_colour(desk.list, blue) == 1);
    CHECK(count_colour(desk.list, {}) == 1 + 4);
    desk.fresh_list();
    desk.engine->draw(desk.list, *layout, {0, 0}, 1, {{13, 14, red}});  // the f of fi alone
    CHECK(count_colour(desk.list, red) == 1);
    REQUIRE(static_cast<std::size_t>(desk.list.VtxBuffer.Size) == coloured.size());
    for (std::size_t i = 0; i < coloured.size(); ++i) {
        CHECK(desk.list.VtxBuffer[static_cast<int>(i)].pos.x == coloured[i].pos.x);
        CHECK(desk.list.VtxBuffer[static_cast<int>(i)].uv.x == coloured[i].uv.x);
    }
    desk.fresh_list();
    desk.engine->draw(desk.list, *layout, {0, 0}, 0.5f);
    CHECK(count_colour(desk.list, Colour{}.faded(0.5f)) == 8);
    desk.fresh_list();
    desk.engine->draw(desk.list, *layout, {0, 0}, 0);
    CHECK(desk.list.VtxBuffer.Size == 0);
}

TEST_CASE("The scale multiplies places and sizes, the text factor sizes alone", "[text]") {
    Desk desk;
    const auto layout = desk.lay("星火 Xinghuo 1921", 900);
    const auto corner = [&] { return Vec2{desk.list.VtxBuffer[0].pos.x, desk.list.VtxBuffer[0].pos.y}; };
    desk.engine->draw(desk.list, *layout, {100.3f, 50.7f});
    const Vec2 once = corner();
    for (const ImDrawVert& v : desk.list.VtxBuffer)
        CHECK((v.pos.x == std::floor(v.pos.x) && v.pos.y == std::floor(v.pos.y)));
    desk.engine->set_scale(2, 1);
    desk.engine->begin_frame();
    desk.fresh_list();
    desk.engine->draw(desk.list, *layout, {100.3f, 50.7f});
    CHECK(corner().x == Approx(once.x * 2).margin(4));
    CHECK(corner().y == Approx(once.y * 2).margin(4));
    CHECK(desk.engine->layout({{{"星火 Xinghuo 1921", Face::sans, 40, {}}}, 900, 1.6f, Align::left, 0}) == layout);
    desk.fresh_list();
    desk.engine->draw(desk.list, *layout, {100.3f, 50.7f}, 1, {}, true);  // moving: between whole px
    CHECK(std::any_of(desk.list.VtxBuffer.begin(), desk.list.VtxBuffer.end(),
                      [](const ImDrawVert& v) { return v.pos.x != std::floor(v.pos.x); }));
    desk.engine->set_scale(2, 1.5f);
    CHECK(desk.lay("星火")->size().x == Approx(120));
    CHECK(desk.lay("星火燎", 130)->lines() == 2);
    CHECK(layout->size().x > 0);  // the old one lives on
}

TEST_CASE("Glyphs lie in their page with a gap all around, painted once", "[text]") {
    Desk desk;
    std::u32string text;
    for (char32_t c = 0x4e00; c < 0x4e00 + 300; ++c) text += c;
    for (char32_t c = U'!'; c < 0x7f; ++c) text += c;
    Paragraph p;
    p.width = 1900;
    for (const float size : {28.0f, 34.0f, 60.0f}) p.runs.push_back({to_utf8(text), Face::sans, size, {}});
    const auto layout = desk.engine->layout(p);
    desk.engine->draw(desk.list, *layout, {0, 0});
    const std::size_t painted = desk.renderer.painted();
    desk.engine->draw(desk.list, *layout, {0, 0});
    CHECK(desk.renderer.painted() == painted);
    for (const auto& [id, texture] : desk.renderer.textures) {
        std::vector<int> owner(static_cast<std::size_t>(texture.w) * static_cast<std::size_t>(texture.h), 0);
        int number = 0;
        for (const PixelRect& r : texture.written) {
            ++number;
            REQUIRE((r.x >= 1 && r.y >= 1 && r.x + r.w < texture.w && r.y + r.h < texture.h));
            for (int y = r.y - 1; y <= r.y + r.h; ++y)
                for (int x = r.x - 1; x <= r.x + r.w; ++x) {
                    int& at = owner[static_cast<std::size_t>(y * texture.w + x)];
                    const bool inside = y >= r.y && y < r.y + r.h && x >= r.x && x < r.x + r.w;
                    if (inside) REQUIRE(at == 0);
                    if (at == 0 || !inside) at = at > 0 ? at : inside ? number : -1;
                    if (!inside) REQUIRE(at == -1);
                }
        }
        for (std::size_t i = 0; i < texture.rgba.size(); i += 4)
            REQUIRE(texture.rgba[i] == 255);  // white, whatever the alpha
    }
}

TEST_CASE("Pages that overflow are started over between frames", "[text]") {
    Desk desk;
    std::u32string text;
    for (char32_t c = 0x4e00; c < 0x4e00 + 60; ++c) text += c;
    const auto fill = [&](float size) {
        Paragraph p;
        p.runs.push_back({to_utf8(text), Face::sans, size, {}});
        p.width = 1900;
        desk.list.PushClipRect({0, 0}, {1920, 20000});
        desk.engine->draw(desk.list, *desk.engine->layout(p), {0, 0});
        desk.list.PopClipRect();
    };
    const auto small = desk.lay("星火");
    desk.engine->begin_frame();
    for (float size = 100; size < 260; size += 20) fill(size);
    const std::size_t many = desk.engine->pages();
    CHECK(many > 6);
    CHECK(desk.renderer.textures.size() == many);  // never in the middle of a frame
    desk.engine->begin_frame();
    CHECK(desk.engine->pages() == 0);
    CHECK(desk.renderer.textures.empty());
    desk.fresh_list();
    desk.engine->draw(desk.list, *small, {0, 0});  // layouts outlive the pages
    CHECK(desk.list.VtxBuffer.Size == 8);
    CHECK(desk.engine->pages() == 1);
    // A screen that always needs a little more than usual is not painted anew in every frame.
    for (int frame = 0; frame < 4; ++frame) {
        desk.engine->begin_frame();
        for (float size = 100; size < 220; size += 20) fill(size);
    }
    const std::size_t needed = desk.engine->pages();
    CHECK(needed > 6);
    CHECK(needed <= 12);
    const TextureId first_page = desk.renderer.textures.begin()->first;
    const std::size_t painted = desk.renderer.painted();
    for (int frame = 0; frame < 20; ++frame) {
        desk.engine->begin_frame();
        desk.fresh_list();
        for (float size = 100; size < 220; size += 20) fill(size);
    }
    CHECK(desk.renderer.textures.begin()->first == first_page);
    CHECK(desk.renderer.painted() == painted);
    // A frame that asks for more than there may be: the rest is left out, and the next frame is well again.
    for (float size = 100; size < 480; size += 4) fill(size);
    CHECK(desk.engine->pages() == 24);
    desk.engine->begin_frame();
    desk.fresh_list();
    desk.engine->draw(desk.list, *small, {0, 0});
    CHECK(desk.list.VtxBuffer.Size == 8);
    // Larger than a page: painted smaller and enlarged.
    desk.fresh_list();
    desk.engine->draw(desk.list, *desk.lay("一", 0, Face::sans, 1500), {0, 0});
    REQUIRE(desk.list.VtxBuffer.Size == 4);
    CHECK(desk.list.VtxBuffer[1].pos.x - desk.list.VtxBuffer[0].pos.x > 1300);
}

TEST_CASE("A driver without room for a page leaves text out and does not fall over", "[text]") {
    Desk desk;
    desk.renderer.refuse = true;
    desk.engine->draw(desk.list, *desk.lay("星火"), {0, 0});
    CHECK(desk.list.VtxBuffer.Size == 0);
    desk.renderer.refuse = false;
    desk.engine->begin_frame();
    desk.engine->draw(desk.list, *desk.lay("星火"), {0, 0});
    CHECK(desk.list.VtxBuffer.Size == 8);
}

TEST_CASE("Text outside the clip rectangle costs nothing; text within costs one command a page", "[text]") {
    Desk desk;
    std::string text;
    for (int i = 0; i < 200; ++i) text += "星火燎原\n";
    const auto layout = desk.lay(text);
    desk.engine->draw(desk.list, *layout, {0, -64.0f * 300});
    CHECK(desk.list.VtxBuffer.Size == 0);
    CHECK(desk.renderer.painted() == 0);
    desk.engine->draw(desk.list, *layout, {0, -64.0f * 100});
    CHECK(desk.list.VtxBuffer.Size / 16 >= 1080 / 64);
    CHECK(desk.list.VtxBuffer.Size / 16 <= 1080 / 64 + 4);
    const int commands = desk.list.CmdBuffer.Size;
    for (int i = 0; i < 5; ++i) desk.engine->draw(desk.list, *layout, {0, 0});
    CHECK(desk.list.CmdBuffer.Size <= commands + 2);
}

TEST_CASE("More glyphs than 16-bit indices reach are drawn all the same", "[text]") {
    Desk desk;
    std::string text;
    for (int i = 0; i < 25000; ++i) text += i % 2 == 0 ? "星" : "火";
    const auto layout = desk.lay(text, 1900, Face::sans, 4);
    desk.list.PushClipRect({0, 0}, {1920, 20000});
    desk.engine->draw(desk.list, *layout, {0, 0});
    CHECK(desk.list.VtxBuffer.Size == 25000 * 4);
    unsigned elements = 0;
    for (const ImDrawCmd& command : desk.list.CmdBuffer) elements += command.ElemCount;
    CHECK(elements == 25000 * 6);
}

TEST_CASE("A layout asked for again is the same object; the cache is bounded", "[text]") {
    Desk desk;
    const auto first = desk.lay("星火", 500);
    for (int i = 0; i < 10000; ++i) REQUIRE(desk.lay("星火", 500) == first);
    CHECK(desk.lay("星火", 501) != first);
    CHECK(desk.lay("星火 ", 500) != first);
    CHECK(desk.lay("星火", 500, Face::serif) != first);
    CHECK(desk.lay("星火", 500, Face::sans, 41) != first);
    const std::weak_ptr<const TextLayout> old = desk.lay("很久以前");
    for (int i = 0; i < 400; ++i) desk.lay("第" + std::to_string(i));
    CHECK_FALSE(old.expired());
    CHECK(desk.lay("星火", 500) == first);  // young again
    for (int i = 400; i < 600; ++i) desk.lay("第" + std::to_string(i));
    CHECK(old.expired());
    CHECK(desk.lay("星火", 500) == first);
}

TEST_CASE("Layouts are the same in every engine", "[text]") {
    const std::string text = "他说：“星星之火，可以燎原。”（1930年1月）Mao wrote: don’t 刘𬱖\uE000 1919—1921";
    std::vector<CharacterBox> first;
    for (int round = 0; round < 2; ++round) {
        Desk desk;
        if (round == 1) desk.lay("别的文字先来");
        const auto layout = desk.lay(text, 333, Face::serif_bold, 37);
        if (round == 0) first = layout->characters();
        REQUIRE(layout->characters().size() == first.size());
        for (std::size_t i = 0; i < first.size(); ++i) {
            CHECK(layout->characters()[i].byte == first[i].byte);
            CHECK(layout->characters()[i].box == first[i].box);
        }
    }
}

TEST_CASE("Nothing, very little room, and odd sizes", "[text]") {
    Desk desk;
    const auto nothing = desk.engine->layout({});
    CHECK(nothing->lines() == 0);
    CHECK(nothing->size() == Vec2{0, 0});
    CHECK(desk.lay("")->characters().empty());
    desk.engine->draw(desk.list, *nothing, {0, 0});
    CHECK(desk.lay("星火", 0)->lines() == 1);
    CHECK(desk.lay("星火", -5)->lines() == 1);
    CHECK(desk.lay("星火燎原", std::nanf(""))->lines() == 1);
    CHECK(desk.lay("星火燎原", std::nanf("")) == desk.lay("星火燎原", std::nanf("")));
    for (int i = 0; i < 1200; ++i) desk.lay(std::to_string(i), std::nanf(""));
    const auto narrow = desk.lay("星火，fi", 3);
    CHECK(narrow->overflows());
    CHECK(narrow->lines() == 5);
    CHECK(desk.lay("   ", 10)->lines() == 1);
    CHECK(desk.lay("   ", 10)->size().x == 0);
    CHECK(desk.lay("星", 100, Face::sans, 0)->size().x > 0);
    CHECK(desk.lay("星", 100, Face::sans, -3)->size().x > 0);
    CHECK(desk.lay("星", 100, Face::sans, std::nanf(""))->size().x > 0);
    CHECK(desk.lay("\xff\xfe星\xe6", 1000)->characters().size() == 4);
    const auto measured = desk.lay("星火，Xinghuo 1921 燎原");
    CHECK(desk.lay("星火，Xinghuo 1921 燎原", measured->size().x)->lines() == 1);
    std::string long_text;
    for (int i = 0; i < 100000; ++i) long_text += "星";
    const auto cut = desk.lay(long_text, 4000, Face::sans, 10);
    CHECK(cut->truncated());
    CHECK(cut->text().size() <= 256u << 10);
}

TEST_CASE("Any text at any width keeps its invariants", "[text]") {
    Desk desk;
    std::mt19937 random(19210723);
    const std::u32string common =
        U"。，、；：？！）》」』”’（《“‘「『·—–～…%℃ 　\n\t-~/.,:;()[]0123456789ABCfixyzéß中国共产党星火燎原葛𬱖𠮷１９々①\u200b\u200d\u00ad\u0301\U000E0100\uE000";
    const auto letter = [&]() -> char32_t {
        const auto dice = random() % 64;
        if (dice == 0) return static_cast<char32_t>(random() % 0x30000);
        if (dice < 24) return static_cast<char32_t>(0x4e00 + random() % 2000);
        return common[random() % common.size()];
    };
    for (int round = 0; round < 20000; ++round) {
        Paragraph p;
        p.width = round % 7 == 0 ? 0 : static_cast<float>(random() % 600);
        const float sizes[] = {20, 34, 34.5f, 60};
        for (auto runs = 1 + random() % 3; runs > 0; --runs) {
            std::u32string text;
            for (auto n = random() % 24; n > 0; --n) text += letter();
            p.runs.push_back({to_utf8(text), static_cast<Face>(random() % 4), sizes[random() % 4], {}});
        }
        const auto layout = desk.engine->layout(p);
        INFO(layout->text() << " at " << p.width);
        const std::vector<std::size_t> starts = character_starts(layout->text());
        REQUIRE(layout->characters().size() + 1 == starts.size());  // each character once, in order
        for (std::size_t i = 0; i + 1 < starts.size(); ++i) REQUIRE(layout->characters()[i].byte == starts[i]);
        if (p.width > 0 && !layout->overflows()) REQUIRE(layout->size().x <= p.width + 0.02f);
        const std::vector<std::string> lines = lines_of(*layout);
        REQUIRE(lines.size() == static_cast<std::size_t>(layout->lines()));
        for (std::size_t i = 1; i < lines.size(); ++i) {
            const std::u32string before = to_utf32(lines[i - 1]), after = to_utf32(lines[i]);
            const char32_t last = before.back();
            const bool gap =
                (last >= 0x2000 && last <= 0x200b) || (last >= U'\t' && last <= U'\r') ||
                std::u32string_view(U" \u0085\u1680\u2028\u2029\u205f\u3000").find(last) != std::u32string_view::npos;
            if (gap || !(starts_no_line(after.front()) || ends_no_line(before.back()))) continue;
            // A rule may only be broken where the line before had no place at all that keeps it.
            const std::vector<std::size_t> places = character_starts(lines[i - 1]);
            for (std::size_t k = 1; k + 1 < places.size(); ++k) {
                const char32_t left = to_utf32(lines[i - 1].substr(0, places[k])).back();
                const char32_t right = to_utf32(lines[i - 1].substr(places[k])).front();
                REQUIRE((starts_no_line(right) || ends_no_line(left)));
            }
        }
    }
}

TEST_CASE("Fonts that are not there, or are not fonts, are named", "[text]") {
    NotingRenderer renderer;
    Result<FontFiles> found = FontFiles::debian();
    REQUIRE(found.has_value());
    FontFiles fonts = *found;
    fonts.serif = "/nowhere/Song.ttc";
    Result<std::unique_ptr<TextEngine>> opened = TextEngine::open(fonts, renderer);
    REQUIRE_FALSE(opened.has_value());
    CHECK(opened.error().kind == ErrorKind::missing);
    CHECK(opened.error().what.find("/nowhere/Song.ttc") != std::string::npos);
    fonts = *found;
    fonts.sans = XINGHUO_SOURCE_DIR "/README.md";
    opened = TextEngine::open(fonts, renderer);
    REQUIRE_FALSE(opened.has_value());
    CHECK(opened.error().kind == ErrorKind::invalid);
    // A broken face that is not the text's is set in the text's.
    fonts = *found;
    fonts.serif = XINGHUO_SOURCE_DIR "/README.md";
    opened = TextEngine::open(fonts, renderer);
    REQUIRE(opened.has_value());
    CHECK((*opened)->layout({{{"星火", Face::serif, 40, {}}}, 0, 1.6f, Align::left, 0})->size().x == Approx(80));
}

}  // namespace xinghuo
