// The edge and the icon that say how a notice is meant, in the hall and on the administrator's pages.
#pragma once

#include <string_view>

#include "kiosk/gfx/theme.h"
#include "kiosk/reception.h"

namespace xinghuo {

struct NoticeLook {
    Colour colour;
    std::string_view icon;
};
inline NoticeLook notice_look(const Theme& theme, Notice::Tone tone) {
    switch (tone) {
        case Notice::Tone::good: return {theme.pine, "icons/check.png"};
        case Notice::Tone::bad: return {theme.cinnabar, "icons/warning.png"};
        case Notice::Tone::kind: break;
    }
    return {theme.slate, "icons/info.png"};
}

}  // namespace xinghuo
