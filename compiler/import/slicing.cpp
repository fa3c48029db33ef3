#include "compiler/import/slicing.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "compiler/ir/names.h"
#include "isa/base/error.h"

namespace inf::compiler::importer {
namespace {

[[noreturn]] void fail(std::string message) { throw Error(ErrorKind::import, "", std::move(message)); }

std::int64_t positive(std::int64_t axis, std::size_t rank) {
  const auto n = static_cast<std::int64_t>(rank);
  if (axis < -n || axis >= n) fail(fmt::format("axis {} is outside the {} axes", axis, n));
  return axis < 0 ? axis + n : axis;
}

}  // namespace

Slicing resolve_slice(const Shape& shape, const std::vector<std::int64_t>& starts,
                      const std::vector<std::int64_t>& ends, std::vector<std::int64_t> axes,
                      std::vector<std::int64_t> steps) {
  if (axes.empty())
    for (std::size_t i = 0; i < starts.size(); ++i) axes.push_back(static_cast<std::int64_t>(i));
  if (steps.empty()) steps.assign(starts.size(), 1);
  if (ends.size() != starts.size() || axes.size() != starts.size() || steps.size() != starts.size())
    fail(
        fmt::format("{} starts, {} ends, {} axes and {} steps", starts.size(), ends.size(), axes.size(), steps.size()));
  Slicing s{Shape(shape.size(), 0), Shape(shape.size(), 1), shape};
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const auto a = static_cast<std::size_t>(positive(axes[i], shape.size()));
    const std::int64_t size = shape[a],
                       step = std::clamp(steps[i], -size - 1, size + 1);  // longer steps take one element too
    if (steps[i] == 0) fail(fmt::format("the step on axis {} is 0", a));
    const auto from_back = [&](std::int64_t v) { return v < 0 ? v + size : v; };
    const std::int64_t low = step > 0 ? 0 : -1, high = step > 0 ? size : size - 1;
    const std::int64_t start = std::clamp(from_back(starts[i]), step > 0 ? low : 0, high);
    const std::int64_t end = std::clamp(ends[i] < -size ? low : from_back(ends[i]), low, high);
    const std::int64_t span = step > 0 ? end - start : start - end;
    s.start[a] = start, s.step[a] = step;
    s.shape[a] = span <= 0 ? 0 : (span - 1) / std::abs(step) + 1;
  }
  return s;
}

Shape resolve_reshape(const Shape& shape, std::vector<std::int64_t> target, bool allow_zero) {
  std::int64_t known = 1;
  std::ptrdiff_t open = -1;
  for (std::size_t i = 0; i < target.size(); ++i) {
    if (target[i] == 0 && !allow_zero) {
      if (i >= shape.size())
        fail(fmt::format("target {} copies axis {}, the input {} has none", to_string(target), i, to_string(shape)));
      target[i] = shape[i];
    }
    if (target[i] == -1 && open < 0)
      open = static_cast<std::ptrdiff_t>(i);
    else if (target[i] < 0)
      fail(fmt::format("target {} has more than one open axis or a negative size", to_string(target)));
    else if (target[i] > 0 && known > (std::int64_t{1} << 40) / target[i])
      fail(fmt::format("target {} is too large", to_string(target)));
    else
      known *= target[i];
  }
  const std::int64_t count = elements(shape);
  if (open >= 0 && known > 0 && count % known == 0) target[static_cast<std::size_t>(open)] = count / known;
  if ((open >= 0 && (known == 0 || count % known != 0)) || (open < 0 && known != count))
    fail(fmt::format("cannot reshape {} ({} elements) to {} ({} elements{})", to_string(shape), count,
                     to_string(target), known, open >= 0 ? " per position of the open axis" : ""));
  return target;
}

Shape squeezed(const Shape& shape, const std::vector<std::int64_t>& axes) {
  std::set<std::int64_t> drop;
  for (const std::int64_t a : axes) {
    drop.insert(positive(a, shape.size()));
    if (shape[static_cast<std::size_t>(positive(a, shape.size()))] != 1)
      fail(fmt::format("axis {} of {} has more than one position", a, to_string(shape)));
  }
  Shape y;
  for (std::size_t i = 0; i < shape.size(); ++i)
    if (axes.empty() ? shape[i] != 1 : !drop.contains(static_cast<std::int64_t>(i))) y.push_back(shape[i]);
  return y;
}

Shape unsqueezed(const Shape& shape, const std::vector<std::int64_t>& axes) {
  const std::size_t rank = shape.size() + axes.size();
  std::set<std::int64_t> added;
  for (const std::int64_t a : axes)
    if (!added.insert(positive(a, rank)).second) fail(fmt::format("axis {} is inserted twice", a));
  Shape y;
  std::size_t from = 0;
  for (std::size_t i = 0; i < rank; ++i) y.push_back(added.contains(static_cast<std::int64_t>(i)) ? 1 : shape[from++]);
  return y;
}

}  // namespace inf::compiler::importer
