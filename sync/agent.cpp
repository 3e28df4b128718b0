#include "sync/agent.h"
