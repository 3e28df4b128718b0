#include "kiosk/gfx/textures.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "content/base/log.h"
#include "content/base/mailbox.h"
#include "kiosk/gfx/theme.h"
#include "kiosk/gfx/tween.h"

namespace xinghuo {
namespace {

constexpr std::size_t on_the_way_limit = 256;
constexpr Nanoseconds fade = Milliseconds(motion::element_ms);

std::string twice(const std::string& name) {
    const std::size_t dot = name.rfind('.');
    return dot == std::string::npos ? name + "@2x" : name.substr(0, dot) + "@2x" + name.substr(dot);
}

// Decoded, and no larger than it takes to cover the box.
Result<Image> load_one(const Textures::Source& source, const std::string& name, int w_px, int h_px) {
    auto bytes = source(name);
    if (!bytes) return bytes.error();
    auto image = decode_image(*bytes);
    if (!image) return image.error();
    if (image->w < w_px && image->h < h_px) {
        if (auto larger = source(twice(name))) {
            if (auto sharper = decode_image(*larger)) image = std::move(sharper);
        }
    }
    const float cover = std::max(static_cast<float>(w_px) / static_cast<float>(image->w),
                                 static_cast<float>(h_px) / static_cast<float>(image->h));
    if (cover >= 1) return image;
    return scaled_down(*image, std::max(1, static_cast<int>(std::lround(static_cast<float>(image->w) * cover))),
                       std::max(1, static_cast<int>(std::lround(static_cast<float>(image->h) * cover))));
}

// Straight alpha over straight alpha (Porter and Duff, "over").
void lay_over(Image& below, const Image& above) {
    for (std::size_t i = 0; i + 3 < below.rgba.size(); i += 4) {
        const unsigned a = above.rgba[i + 3];
        if (a == 0) continue;
        const unsigned under = below.rgba[i + 3] * (255 - a) / 255, all = a + under;
        for (std::size_t k = 0; k < 3; ++k)
            below.rgba[i + k] = static_cast<std::uint8_t>((above.rgba[i + k] * a + below.rgba[i + k] * under) / all);
        below.rgba[i + 3] = static_cast<std::uint8_t>(all);
    }
}

Result<Image> load(const Textures::Source& source, const std::string& names, int w_px, int h_px) {
    std::size_t plus = names.find('+');
    auto image = load_one(source, names.substr(0, plus), w_px, h_px);
    while (image && plus != std::string::npos) {
        const std::size_t start = plus + 1;
        plus = names.find('+', start);
        const auto above = load_one(source, names.substr(start, plus == std::string::npos ? plus : plus - start), w_px, h_px);
        if (!above) return above.error();
        if (above->w != image->w || above->h != image->h) return Error{ErrorKind::invalid, "layers of different sizes"};
        lay_over(*image, *above);
    }
    return image;
}

}  // namespace

// Shared with the jobs, which may outlive this object by a moment.
struct Textures::Delivery {
    struct Letter {
        std::string key;
        Result<Image> image;
    };
    Mailbox<Letter> box{on_the_way_limit};
};

Textures::Textures(Renderer& renderer, Source source, Post post)
    : renderer_(renderer), source_(std::move(source)), post_(std::move(post)), delivery_(std::make_shared<Delivery>()) {}

Textures::~Textures() {
    for (const auto& [key, entry] : entries_) renderer_.destroy_texture(entry.id);
}

void Textures::set_source(Source source) {
    source_ = std::move(source);
    std::erase_if(entries_, [](const auto& pair) { return pair.second.failed; });
}

Texture Textures::get(std::string_view name, Vec2 box) {
    const int w = std::max(1, static_cast<int>(std::lround(box.x * scale_)));
    const int h = std::max(1, static_cast<int>(std::lround(box.y * scale_)));
    std::string key = fmt::format("{}|{}x{}", name, w, h);
    auto found = entries_.find(key);
    if (found == entries_.end()) {
        if (asked_ >= on_the_way_limit) return {};
        const bool taken = post_([delivery = delivery_, source = source_, key, file = std::string(name), w, h] {
            auto letter = Delivery::Letter{key, load(source, file, w, h)};
            // The box is as long as what may be on the way, so there is room.
            insist(delivery->box.post(std::move(letter)), "a picture has no place to arrive");
        });
        if (!taken) return {};
        ++asked_;
        found = entries_.emplace(std::move(key), Entry{}).first;
        collect();  // an inline Post has already delivered
        found = entries_.find(fmt::format("{}|{}x{}", name, w, h));
    }
    Entry& entry = found->second;
    entry.used = frame_;
    if (entry.id == 0) return {};
    return {entry.id, entry.w, entry.h, ease_out(progress(now_, entry.arrived, fade))};
}

void Textures::collect() {
    for (auto& letter : delivery_->box.take_all()) {
        --asked_;
        const auto found = entries_.find(letter.key);
        if (found == entries_.end()) continue;
        Entry& entry = found->second;
        entry.here = true;
        if (!letter.image) {
            entry.failed = true;
            log_warning(fmt::format("showing {}: {}", letter.key, letter.image.error().what));
            continue;
        }
        const Image& image = *letter.image;
        if (entry.id != 0) {  // asked for again after the scale went away and came back, and both have arrived
            renderer_.destroy_texture(entry.id);
            bytes_ -= entry.bytes;
        }
        entry.id = renderer_.make_texture(image.w, image.h, image.rgba.data());
        entry.w = static_cast<float>(image.w);
        entry.h = static_cast<float>(image.h);
        entry.bytes = image.rgba.size();
        // What is there in the very first frames of a screen does not fade in.
        entry.arrived = now_;
        bytes_ += entry.bytes;
    }
}

void Textures::begin_frame(Instant now, float px_per_unit) {
    now_ = now;
    ++frame_;
    if (px_per_unit != scale_) {
        for (const auto& [key, entry] : entries_) renderer_.destroy_texture(entry.id);
        entries_.clear();
        bytes_ = 0;
        scale_ = px_per_unit;
    }
    collect();
    if (bytes_ <= budget_bytes) return;
    // Oldest first, until it fits; what was drawn in the last frames stays.
    std::vector<std::pair<std::uint64_t, std::string>> oldest;
    for (const auto& [key, entry] : entries_)
        if (entry.id != 0 && entry.used + 2 < frame_) oldest.emplace_back(entry.used, key);
    std::sort(oldest.begin(), oldest.end());
    for (const auto& [used, key] : oldest) {
        if (bytes_ <= budget_bytes) break;
        const auto found = entries_.find(key);
        renderer_.destroy_texture(found->second.id);
        bytes_ -= found->second.bytes;
        entries_.erase(found);
    }
}

bool Textures::loading() const { return asked_ > 0; }

bool Textures::fading(Instant now) const {
    return std::any_of(entries_.begin(), entries_.end(), [now](const auto& pair) {
        return pair.second.id != 0 && now < pair.second.arrived + fade;
    });
}

}  // namespace xinghuo
