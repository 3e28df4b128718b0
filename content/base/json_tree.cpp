#include "content/base/json_tree.h"
