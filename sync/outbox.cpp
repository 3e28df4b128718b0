#include "sync/outbox.h"
