#pragma once
#include <string>

#include "tools/workflow/sweep/results.h"

namespace inf::workflow::sweep {

/// The front as a table of at most `width` columns: parameters that vary along it, objectives, and how near a point
/// comes to its bound. Where there is no room, the bound and then the parameters that matter least are left out, and
/// said so. Of more than `most` points
/// as many, evenly along the front, both ends among them.
std::string front_table(const Sweep& sweep, const Results& results, std::size_t width, std::size_t most);

/// `text` in lines of at most `width` characters, each behind `indent` blanks; words stay whole where they fit.
std::string wrapped(const std::string& text, std::size_t indent, std::size_t width);

}  // namespace inf::workflow::sweep
