// One picture of a gallery, as near as one likes: the picture at once as it was seen, and over it the tiles of what is seen now, as they come.
#pragma once

#include "content/exhibit/gallery.h"
#include "kiosk/exhibits/zoom.h"
#include "kiosk/frame.h"

namespace xinghuo {

class GalleryView {
public:
    // What a finger did besides looking: pushed the whole picture aside.
    enum class Turn { none, previous, next };
    Turn frame(Frame& frame, const GalleryPicture& picture, Lang lang, Rect view);
    void restart() { zoom_ = Zoom(); side_ = 0; }  // another picture
    void zoom_by(float by, Instant now) { zoom_.zoom_by(by, view_.size() * 0.5f, now); }
    void show_whole(Instant now) { zoom_.show_whole(now); }
    [[nodiscard]] bool whole(Instant now) const { return zoom_.whole(now); }

private:
    Turn fingers(Frame& frame, bool held, bool clicked);
    void tiles(Frame& frame, const GalleryPicture& picture, Rect place) const;

    Zoom zoom_;
    Rect view_;
    float side_ = 0;             // how far the whole picture is pushed aside
    bool dragging_ = false;
    Instant last_tap_ = Instant() - Milliseconds(100'000);
    Vec2 last_tap_at_;
};

}  // namespace xinghuo
