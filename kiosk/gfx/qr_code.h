// QR codes (ISO/IEC 18004), made by libqrencode, drawn on whole px of the panel.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "content/base/result.h"
#include "kiosk/gfx/canvas.h"

namespace xinghuo {

// A square of modules, without its quiet zone.
class QrCode {
public:
    QrCode(int size, std::vector<std::uint8_t> dark) : size_(size), dark_(std::move(dark)) {}
    [[nodiscard]] int size() const { return size_; }  // modules on a side: 21, 25, … 177
    [[nodiscard]] bool dark(int x, int y) const { return dark_[static_cast<std::size_t>(y * size_ + x)] != 0; }

private:
    int size_;
    std::vector<std::uint8_t> dark_;  // row by row
};

// Level M: 15 % of it may be unreadable. The smallest size that holds the bytes. `too_large` over 2331 bytes (version 40),
// `invalid` for none.
Result<QrCode> make_qr(std::string_view bytes);

// As large as fits the box, in its middle, with the quiet zone of 4 modules that scanners need, ink on white. Each module is the
// same whole number of the panel's px. Returns what was covered, quiet zone and all; empty, and nothing drawn, where the box is too
// small for one px a module.
Rect draw_qr(Canvas& canvas, const QrCode& code, Rect box, Colour ink = rgb(0x231B16));

}  // namespace xinghuo
