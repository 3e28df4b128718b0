// Pictures by name, asked for every frame. The first time, a worker reads, decodes and scales them to the size at
// which they are shown; until then the texture's id is 0 and the caller's ground shows. Main thread only.
//
// Names: "pack:xinghuo-demo@3~1f0c9a2b:posters/12.png" is a path in an edition of a pack (Catalogue::lasting_name), "art:icons/home.png"
// one of the application's own pictures. What a name shows never changes.
// Several joined by '+' are laid over each other, the first at the bottom, and cost one picture: layers that stand still.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "content/base/clock.h"
#include "content/base/file.h"
#include "kiosk/gfx/canvas.h"
#include "kiosk/gfx/renderer.h"
#include "media/image.h"

namespace xinghuo {

class Textures {
public:
    // Reads the bytes behind a name, on the worker.
    using Source = std::function<Result<Bytes>(const std::string& name)>;
    // Runs a job elsewhere; its result comes back through arrived(). Inline in tests.
    using Post = std::function<bool(std::function<void()> job)>;

    Textures(Renderer& renderer, Source source, Post post);
    ~Textures();
    Textures(const Textures&) = delete;
    Textures& operator=(const Textures&) = delete;

    // From now on. Pictures that are here stay; what could not be read is asked for again.
    void set_source(Source source);

    // The picture, no larger than it need be to cover `box` (imaginary px) at the present scale. Keep `box` the same from
    // frame to frame, also while the picture is zoomed.
    Texture get(std::string_view name, Vec2 box);
    // Once per frame, before screens draw: takes what the worker has finished.
    void begin_frame(Instant now, float px_per_unit);
    [[nodiscard]] bool loading() const;    // something asked for is still on its way
    [[nodiscard]] bool fading(Instant now) const;
    // What was not drawn for a while goes when more than this many bytes are held.
    static constexpr std::size_t budget_bytes = 40u << 20;

private:
    struct Entry {
        TextureId id = 0;
        float w = 0, h = 0;
        Instant arrived;
        std::uint64_t used = 0;  // frame number
        std::size_t bytes = 0;
        bool failed = false;
        bool here = false;
    };
    struct Delivery;
    void collect();

    Renderer& renderer_;
    Source source_;
    Post post_;
    std::shared_ptr<Delivery> delivery_;
    std::unordered_map<std::string, Entry> entries_;
    Instant now_;
    float scale_ = 1;
    std::uint64_t frame_ = 0;
    std::size_t bytes_ = 0;
    std::size_t asked_ = 0;
};

}  // namespace xinghuo
