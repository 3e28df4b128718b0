#include "kiosk/gfx/text.h"

#include <imgui.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>
#include <list>
#include <unordered_map>

#include "kiosk/gfx/text_fonts.h"
#include "kiosk/gfx/text_glyphs.h"
#include "kiosk/gfx/text_lines.h"

namespace xinghuo {
namespace {

constexpr std::size_t kMostLayouts = 512;
constexpr std::size_t kMostLaidOutBytes = 1u << 20;  // of text in those layouts
constexpr std::size_t kMostMissing = 1000;
constexpr std::size_t kQuadsAtATime = 4096;  // ImGui's indices are 16 bit

struct HashParagraph {
    std::size_t operator()(const Paragraph& p) const {
        std::size_t hash = 0;
        const auto fold = [&hash](std::size_t value) { hash = (hash ^ value) * 0x9E3779B97F4A7C15u + (hash >> 29); };
        for (const Run& run : p.runs) {
            fold(std::hash<std::string>()(run.text));
            fold(static_cast<std::size_t>(run.face) << 32 | std::bit_cast<std::uint32_t>(run.size));
            fold(run.colour.packed());
        }
        fold(static_cast<std::size_t>(std::bit_cast<std::uint32_t>(p.width)) << 32 |
             std::bit_cast<std::uint32_t>(p.line_height));
        fold(static_cast<std::size_t>(p.align) << 32 | static_cast<std::uint32_t>(p.max_lines));
        return hash;
    }
};

// By bits, so that a paragraph which is not a number wide is found again like any other.
struct SameParagraph {
    static bool same(float a, float b) { return std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b); }
    bool operator()(const Paragraph& a, const Paragraph& b) const {
        return same(a.width, b.width) && same(a.line_height, b.line_height) && a.align == b.align &&
               a.max_lines == b.max_lines &&
               std::equal(a.runs.begin(), a.runs.end(), b.runs.begin(), b.runs.end(), [](const Run& p, const Run& q) {
                   return p.face == q.face && same(p.size, q.size) && p.colour == q.colour && p.text == q.text;
               });
    }
};

// The recent layouts; the one asked for longest ago goes first.
class Layouts {
public:
    std::shared_ptr<const PlacedText> find(const Paragraph& paragraph) {
        const auto found = entries_.find(paragraph);
        if (found == entries_.end()) return nullptr;
        order_.splice(order_.begin(), order_, found->second.place);
        return found->second.layout;
    }

    void keep(const Paragraph& paragraph, std::shared_ptr<const PlacedText> layout) {
        bytes_ += layout->text().size();
        const auto [at, fresh] = entries_.emplace(paragraph, Entry{std::move(layout), {}});
        if (!fresh) return;
        order_.push_front(&at->first);
        at->second.place = order_.begin();
        while (entries_.size() > kMostLayouts || (bytes_ > kMostLaidOutBytes && entries_.size() > 1)) drop_oldest();
    }

    void clear() {
        entries_.clear();
        order_.clear();
        bytes_ = 0;
    }

private:
    struct Entry {
        std::shared_ptr<const PlacedText> layout;
        std::list<const Paragraph*>::iterator place;
    };

    void drop_oldest() {
        const auto oldest = entries_.find(*order_.back());
        bytes_ -= oldest->second.layout->text().size();
        order_.pop_back();
        entries_.erase(oldest);
    }

    std::unordered_map<Paragraph, Entry, HashParagraph, SameParagraph> entries_;
    std::list<const Paragraph*> order_;
    std::size_t bytes_ = 0;
};

struct Quad {
    float left, top, right, bottom;  // real px
    float u0, v0, u1, v1;
    std::uint32_t colour;
    std::uint16_t page;
};

class Engine final : public TextEngine {
public:
    Engine(std::unique_ptr<FontSet> fonts, Renderer& renderer)
        : fonts_(std::move(fonts)), cache_(*fonts_, renderer) {}

    void set_scale(float px_per_unit, float text_factor) override {
        if (px_per_unit == scale_ && text_factor == factor_) return;
        if (text_factor != factor_) layouts_.clear();
        scale_ = px_per_unit;
        factor_ = text_factor;
        cache_.clear_at_next_frame();
    }

    std::shared_ptr<const TextLayout> layout(const Paragraph& paragraph) override {
        if (auto known = layouts_.find(paragraph)) return known;
        std::u32string missing;
        std::shared_ptr<const PlacedText> placed = PlacedText::place(*fonts_, paragraph, factor_, missing);
        for (const char32_t c : missing)
            if (missing_.size() < kMostMissing && missing_.find(c) == std::u32string::npos) missing_ += c;
        layouts_.keep(paragraph, placed);
        return placed;
    }

    void draw(ImDrawList& list, const TextLayout& layout, Vec2 origin, float alpha,
              const std::vector<Highlight>& highlights, bool moving) override {
        // Layouts come from here and nowhere else.
        const auto& text = static_cast<const PlacedText&>(layout);
        quads_.clear();
        pages_used_ = 0;
        for (const PlacedGlyph& glyph : text.glyphs()) {
            const GlyphStyle& style = text.style(glyph);
            Colour colour = style.colour;
            for (const Highlight& h : highlights)
                if (glyph.byte >= h.from_byte && glyph.byte < h.to_byte) colour = h.colour;
            colour = colour.faded(alpha);
            if (colour.a != 0) add(list, glyph, style.size * scale_, origin, colour.packed(), moving);
        }
        flush(list);
    }

    void begin_frame() override { cache_.begin_frame(); }
    [[nodiscard]] const std::u32string& missing() const override { return missing_; }
    [[nodiscard]] std::size_t pages() const override { return cache_.pages(); }

private:
    void add(const ImDrawList& list, const PlacedGlyph& glyph, float size_px, Vec2 origin, std::uint32_t colour,
             bool moving) {
        float x = (origin.x + glyph.x) * scale_, y = (origin.y + glyph.baseline) * scale_;
        const ImVec4& clip = list._CmdHeader.ClipRect;  // what is scrolled away is not even painted
        if (x > clip.z || x + 2 * size_px < clip.x || y - 2 * size_px > clip.w || y + size_px < clip.y) return;
        int quarter = 0;
        if (!moving) {
            y = std::round(y);
            if (glyph.proportional) {
                const float quarters = std::floor(x * GlyphCache::kQuarters + 0.5f);
                x = std::floor(quarters / GlyphCache::kQuarters);
                quarter = static_cast<int>(quarters - x * GlyphCache::kQuarters);
            } else {
                x = std::floor(x + 0.5f);
            }
        }
        const CachedGlyph cached = cache_.glyph(glyph.font, glyph.id, size_px, quarter, !moving);
        if (cached.w == 0) return;
        constexpr float kTexel = 1.0f / GlyphCache::kPagePx;
        const float left = x + static_cast<float>(cached.left) * cached.scale;
        const float top = y + static_cast<float>(cached.top) * cached.scale;
        quads_.push_back({left, top, left + static_cast<float>(cached.w) * cached.scale,
                          top + static_cast<float>(cached.h) * cached.scale, static_cast<float>(cached.x) * kTexel,
                          static_cast<float>(cached.y) * kTexel, static_cast<float>(cached.x + cached.w) * kTexel,
                          static_cast<float>(cached.y + cached.h) * kTexel, colour, cached.page});
        pages_used_ |= 1u << cached.page;
    }

    // One draw command a page.
    void flush(ImDrawList& list) {
        static_assert(GlyphCache::kMostPages <= 32);
        for (std::uint16_t page = 0; page < cache_.pages(); ++page) {
            if ((pages_used_ & 1u << page) == 0) continue;
            list.PushTextureID(reinterpret_cast<ImTextureID>(cache_.texture(page)));
            for (std::size_t from = 0; from < quads_.size(); from += kQuadsAtATime)
                emit(list, page, from, std::min(quads_.size(), from + kQuadsAtATime));
            list.PopTextureID();
        }
    }

    void emit(ImDrawList& list, std::uint16_t page, std::size_t from, std::size_t to) const {
        const auto own = [page](const Quad& q) { return q.page == page; };
        const auto first = quads_.begin() + static_cast<std::ptrdiff_t>(from);
        const auto last = quads_.begin() + static_cast<std::ptrdiff_t>(to);
        const int count = static_cast<int>(std::count_if(first, last, own));
        if (count == 0) return;
        list.PrimReserve(count * 6, count * 4);
        for (auto q = first; q != last; ++q)
            if (own(*q))
                list.PrimRectUV({q->left, q->top}, {q->right, q->bottom}, {q->u0, q->v0}, {q->u1, q->v1}, q->colour);
    }

    std::unique_ptr<FontSet> fonts_;
    GlyphCache cache_;
    Layouts layouts_;
    std::vector<Quad> quads_;  // of the layout being drawn; kept for its memory
    std::uint32_t pages_used_ = 0;
    std::u32string missing_;
    float scale_ = 1, factor_ = 1;
};

}  // namespace

Result<std::unique_ptr<TextEngine>> TextEngine::open(const FontFiles& fonts, Renderer& renderer) {
    Result<std::unique_ptr<FontSet>> set = FontSet::open(fonts);
    if (!set) return set.error();
    return std::make_unique<Engine>(std::move(*set), renderer);
}

}  // namespace xinghuo
