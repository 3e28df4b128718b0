#include "sync/courier.h"
