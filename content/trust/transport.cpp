#include "content/trust/transport.h"
