#include "kiosk/input/card_device.h"

namespace xinghuo {}
