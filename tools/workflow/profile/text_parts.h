#pragma once
#include <cstddef>
#include <string>
#include <vector>

namespace inf::workflow {

/// `text` broken between words into lines of at most `width` columns: the first behind `head`, the others behind as
/// many blanks. A longer word stands alone. A number stays with its digits behind blanks and with its unit.
std::string wrapped(const std::string& head, const std::string& text, std::size_t width);

/// The end of a name that is too long for its column, behind "..": names differ in their ends.
std::string shortened(const std::string& name, std::size_t width);

/// `share` of `width` in '#'; what is not nothing has at least a '-'.
std::string bar(double share, std::size_t width);

/// A value for each column, drawn over `height` lines of '#' (':' for half a cell) up to `top`; each line begins with
/// what it stands for.
struct Chart {
  std::vector<double> columns;
  double top = 0;
  std::string unit;
  std::string left, right;  ///< ends of the axis
};
std::string chart_text(const Chart& chart, std::size_t height, std::size_t indent);

}  // namespace inf::workflow
