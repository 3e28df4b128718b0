#include "kiosk/gfx/renderer.h"

#include "kiosk/gfx/damage.h"
#include "kiosk/gfx/renderer_software.h"

namespace xinghuo {

Result<std::unique_ptr<Renderer>> Renderer::in_memory(int w_px, int h_px) {
    if (w_px <= 0 || h_px <= 0 || w_px > max_side_px || h_px > max_side_px) {
        return Error{ErrorKind::unsupported, "a picture must be 1 to 16384 px wide and high"};
    }
    return std::make_unique<SoftwareRenderer>(w_px, h_px, nullptr);
}

}  // namespace xinghuo
