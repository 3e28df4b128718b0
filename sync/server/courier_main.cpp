#include "sync/server/courier_desk.h"
