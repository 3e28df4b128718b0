#include "tools/packer/film.h"
namespace xinghuo {
Result<Files> make_film(const Source&, const SourceLecture&) { return Error{ErrorKind::unsupported, "films"}; }
Result<std::string> film_inputs(const Source&, const SourceLecture& l) { return l.id; }
}
