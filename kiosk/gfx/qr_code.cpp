#include "kiosk/gfx/qr_code.h"

#include <fmt/format.h>
#include <qrencode.h>

#include <cmath>

namespace xinghuo {
namespace {

constexpr std::size_t most_bytes = 2331;  // ISO/IEC 18004 table 7: version 40, level M, 8-bit
constexpr int quiet_modules = 4;

}  // namespace

Result<QrCode> make_qr(std::string_view bytes) {
    if (bytes.empty()) return Error{ErrorKind::invalid, "a QR code of nothing"};
    if (bytes.size() > most_bytes)
        return Error{ErrorKind::too_large, fmt::format("{} bytes do not fit a QR code, {} do", bytes.size(), most_bytes)};
    QRcode* made = QRcode_encodeData(static_cast<int>(bytes.size()), reinterpret_cast<const unsigned char*>(bytes.data()), 0, QR_ECLEVEL_M);
    if (made == nullptr) return Error{ErrorKind::io, "no QR code could be made"};
    const auto count = static_cast<std::size_t>(made->width) * static_cast<std::size_t>(made->width);
    std::vector<std::uint8_t> dark(count);
    for (std::size_t i = 0; i < count; ++i) dark[i] = made->data[i] & 1u;  // the lowest bit; the others say what a module is for
    QrCode code(made->width, std::move(dark));
    QRcode_free(made);
    return code;
}

Rect draw_qr(Canvas& canvas, const QrCode& code, Rect box, Colour ink) {
    const float scale = canvas.scale();
    const int modules = code.size() + 2 * quiet_modules;
    const float module_px = std::floor(std::min(box.w, box.h) * scale / static_cast<float>(modules) + 0.001f);
    if (module_px < 1) return {};
    const float side_px = module_px * static_cast<float>(modules);
    const Vec2 from_px{std::round(box.centre().x * scale - side_px / 2), std::round(box.centre().y * scale - side_px / 2)};
    const Rect all{from_px.x / scale, from_px.y / scale, side_px / scale, side_px / scale};
    canvas.fill(all, rgb(0xFFFFFF));
    for (int y = 0; y < code.size(); ++y) {
        for (int x = 0; x < code.size(); ++x) {
            int run = 0;
            while (x + run < code.size() && code.dark(x + run, y)) ++run;
            if (run == 0) continue;
            canvas.fill({(from_px.x + module_px * static_cast<float>(x + quiet_modules)) / scale,
                         (from_px.y + module_px * static_cast<float>(y + quiet_modules)) / scale,
                         module_px * static_cast<float>(run) / scale, module_px / scale}, ink);
            x += run;
        }
    }
    return all;
}

}  // namespace xinghuo
