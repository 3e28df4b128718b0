#include "sync/server/publish_api.h"
