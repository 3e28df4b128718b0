// Pixels of the drawing library as pictures.
#pragma once

#include "media/image.h"

struct _cairo_surface;

namespace xinghuo {

// What a finished ARGB32 surface shows, straight alpha.
Image image_of_surface(_cairo_surface* surface);

}  // namespace xinghuo
