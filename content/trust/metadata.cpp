#include "content/trust/metadata.h"
