#include "kiosk/input/card_reader.h"

namespace xinghuo {}
