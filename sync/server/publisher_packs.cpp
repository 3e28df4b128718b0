#include "sync/server/publisher.h"
