#include "sync/push.h"
