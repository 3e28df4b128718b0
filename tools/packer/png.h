// Writing PNG, by libav. Any thread. The same picture always gives the same bytes.
#pragma once

#include "media/image.h"

namespace xinghuo {

// Eight bits a channel; without an alpha channel when every pixel is opaque. Sides of 1 to 16,384 px.
Result<Bytes> encode_png(const Image& image);

}  // namespace xinghuo
