#include "tools/workflow/sweep/scatter.h"

#include <doctest/doctest.h>
#include <fmt/core.h>

namespace inf::workflow::sweep {
namespace {

std::string plain(double value) { return fmt::format("{:g}", value); }

TEST_CASE("a picture of characters") {
  const Scatter scatter{
      {"x", false, plain}, {"y", false, plain}, {{0, 10, 'O'}, {5, 5, '.'}, {10, 0, '.'}, {10, 0, 'O'}}};
  CHECK(scatter_text(scatter, 17, 3) ==
        "   y\n"
        "  10 |O\n"
        "     |     .\n"
        "   0 |          O\n"
        "     +-----------\n"
        "      0   x    10\n");
}

TEST_CASE("logarithms") {
  const Scatter scatter{{"x", true, plain}, {"y", false, plain}, {{1, 0, 'a'}, {10, 1, 'b'}, {100, 0, 'c'}}};
  CHECK(scatter_text(scatter, 36, 2) ==
        "  y\n"
        "  1 |               b\n"
        "  0 |a                             c\n"
        "    +-------------------------------\n"
        "     1      x, logarithmic       100\n");
}

TEST_CASE("one point, no points") {
  const Scatter one{{"x", true, plain}, {"y", true, plain}, {{3, 4, 'O'}}};
  CHECK(scatter_text(one, 20, 3).find('O') != std::string::npos);
  CHECK(scatter_text({{"x", false, plain}, {"y", false, plain}, {}}, 20, 3).empty());
}

}  // namespace
}  // namespace inf::workflow::sweep
