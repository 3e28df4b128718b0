// One sentence a line, to standard error. Never a name, a number or a card: the journal is not a record.
#pragma once

#include <string_view>

namespace xinghuo {

void log_info(std::string_view sentence);
void log_warning(std::string_view sentence);

}  // namespace xinghuo
