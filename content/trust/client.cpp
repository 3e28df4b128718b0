#include "content/trust/client.h"
