#include "content/trust/directory_transport.h"
