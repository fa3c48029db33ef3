#pragma once
#include <string>
#include <vector>

namespace inf::workflow::sweep {

/// A picture of points made of characters.
struct Scatter {
  struct Mark {
    double x, y;
    char mark;
  };
  struct Scale {
    std::string name;
    bool logarithmic = false;
    std::string (*text)(double value);  ///< of the ends
  };
  Scale x, y;
  std::vector<Mark> marks;  ///< later ones stand above earlier ones
};

/// Shapes: `width` columns in all with the labels of the y axis, `height` lines for the points and two more.
std::string scatter_text(const Scatter& scatter, std::size_t width, std::size_t height);

}  // namespace inf::workflow::sweep
