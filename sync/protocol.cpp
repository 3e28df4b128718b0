#include "sync/protocol.h"
