// All that a screen or an exhibit may use during one frame. Coordinates are px of the imaginary screen.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "content/base/clock.h"
#include "content/base/lang.h"
#include "content/pack/catalogue.h"
#include "kiosk/gfx/canvas.h"
#include "kiosk/gfx/interaction.h"
#include "kiosk/gfx/textures.h"
#include "kiosk/gfx/theme.h"
#include "kiosk/input/touch.h"
#include "kiosk/strings.h"
#include "media/audio_out.h"

namespace xinghuo {

// What the panel and the policy ask of every screen.
struct Effects {
    bool reduced = false;      // no GPU: static grounds, few things moving
    bool less_motion = false;  // a person's or a place's wish
    int frames_per_second = 60;
};

// Work on a file that is too long for a frame. Ask every frame; nothing until it is done.
class Files {
public:
    virtual ~Files() = default;
    virtual std::optional<Result<Path>> checked(const std::string& pack_path) = 0;
};

struct Frame {
    // What is.
    Instant now;
    Date today;
    Lang lang = Lang::zh;
    Rect screen;               // {0, 0, 1920, 1080} or {0, 0, 1080, 1920} or between
    bool portrait = false;
    float margin = 96;
    const Theme& theme;
    const Effects& effects;
    const Strings& strings;
    std::shared_ptr<const Catalogue> catalogue;  // never null; hold it to stay on this snapshot

    // What one uses.
    Canvas& canvas;
    Textures& textures;
    const Pointer& pointer;
    Interaction& touch;        // presses, by id
    AudioOut& audio;
    Files& files;
    bool wait_for_decoder = false;  // for Player::Options, under a fake clock

    // What one says.
    Instant due = Instant::never();  // when this screen wants its next frame
    bool present = false;            // media plays, or somebody is in the middle of an answer: no idling
    std::optional<Lang> wished_lang; // somebody touched the language switch

    [[nodiscard]] std::string words(std::string_view key,
                                    std::initializer_list<std::pair<std::string_view, std::string_view>> values = {}) const {
        return strings.get(lang, key, values);
    }
    void wake_at(Instant when) { due = std::min(due, when); }
    // Something moves: the next frame as soon as the frame rate allows.
    void animate() { wake_at(now + from_seconds(1.0 / effects.frames_per_second)); }
    [[nodiscard]] bool calm() const { return effects.reduced || effects.less_motion; }
    [[nodiscard]] Texture pack_picture(std::string_view path, Vec2 box) const {
        return path.empty() ? Texture{} : textures.get("pack:" + std::string(path), box);
    }
    [[nodiscard]] Texture art(std::string_view path, Vec2 box) const { return textures.get("art:" + std::string(path), box); }
};

}  // namespace xinghuo
