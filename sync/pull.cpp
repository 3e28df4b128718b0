#include "sync/pull.h"
