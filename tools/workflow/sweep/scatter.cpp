#include "tools/workflow/sweep/scatter.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace inf::workflow::sweep {
namespace {

/// Values onto places 0..count - 1.
class Line {
 public:
  Line(const Scatter::Scale& scale, std::size_t count) : log_(scale.logarithmic), count_(count) {}
  void reach(double value) {
    least_ = std::min(least_, value);
    most_ = std::max(most_, value);
  }
  std::size_t place(double value) const {
    const double from = at(least_), to = at(most_);
    if (to <= from) return count_ / 2;
    return static_cast<std::size_t>(std::lround((at(value) - from) / (to - from) * static_cast<double>(count_ - 1)));
  }
  double least() const { return least_; }
  double most() const { return most_; }

 private:
  double at(double value) const { return log_ ? std::log(value) : value; }
  bool log_;
  std::size_t count_;
  double least_ = std::numeric_limits<double>::infinity(), most_ = -std::numeric_limits<double>::infinity();
};

std::string axis_name(const Scatter::Scale& scale) { return scale.name + (scale.logarithmic ? ", logarithmic" : ""); }

}  // namespace

std::string scatter_text(const Scatter& scatter, std::size_t width, std::size_t height) {
  if (scatter.marks.empty()) return {};
  Line y(scatter.y, height);
  for (const Scatter::Mark& m : scatter.marks) y.reach(m.y);
  const std::string top = scatter.y.text(y.most()), bottom = scatter.y.text(y.least());
  const std::size_t margin = 2 + std::max(top.size(), bottom.size()), columns = width - margin - 2;
  Line x(scatter.x, columns);
  for (const Scatter::Mark& m : scatter.marks) x.reach(m.x);
  std::vector<std::string> lines(height, std::string(columns, ' '));
  for (const Scatter::Mark& m : scatter.marks) lines[height - 1 - y.place(m.y)][x.place(m.x)] = m.mark;
  std::string text = fmt::format("{:>{}}\n", axis_name(scatter.y), std::max(margin, axis_name(scatter.y).size() + 2));
  for (std::size_t l = 0; l < height; ++l) {
    std::string line = fmt::format("{:>{}} |{}", l == 0 ? top : l + 1 == height ? bottom : "", margin, lines[l]);
    text += line.erase(line.find_last_not_of(' ') + 1) + "\n";
  }
  text += std::string(margin, ' ') + " +" + std::string(columns, '-') + "\n";
  const std::string left = scatter.x.text(x.least()), right = scatter.x.text(x.most());
  const std::size_t room = columns > left.size() + right.size() ? columns - left.size() - right.size() : 0;
  text += fmt::format("{:{}}{}{:^{}}{}\n", "", margin + 2, left, axis_name(scatter.x), room, right);
  return text;
}

}  // namespace inf::workflow::sweep
