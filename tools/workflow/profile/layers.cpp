#include "tools/workflow/profile/layers.h"

#include <algorithm>
#include <cctype>
#include <set>
#include <string_view>

namespace inf::workflow {
namespace {

/// Ends of the steps of a name: "/a/b.0/Conv" has them behind "/a", "/a/b.0" and "/a/b.0/Conv".
std::vector<std::size_t> step_ends(std::string_view name) {
  std::vector<std::size_t> ends;
  for (std::size_t i = 1; i <= name.size(); ++i)
    if (i == name.size() || name[i] == '/') ends.push_back(i);
  return ends;
}

/// "layer.0" and "layer1.0".
bool is_numbered(std::string_view until_here) {
  const std::size_t dot = until_here.rfind('.');
  if (dot == std::string_view::npos || dot + 1 == until_here.size()) return false;
  return std::all_of(until_here.begin() + static_cast<std::ptrdiff_t>(dot) + 1, until_here.end(),
                     [](unsigned char c) { return std::isdigit(c) != 0; });
}

}  // namespace

std::vector<std::string> layers_of(std::span<const std::string> names) {
  std::set<std::string_view> blocks;  // numbered modules that hold modules: an operator's name goes on by two steps
  for (const std::string& name : names) {
    const std::vector<std::size_t> ends = step_ends(name);
    for (std::size_t i = 0; i + 2 < ends.size(); ++i)
      if (const auto module = std::string_view(name).substr(0, ends[i]); is_numbered(module)) blocks.insert(module);
  }
  std::vector<std::string> layers;
  for (const std::string& name : names) {
    const std::vector<std::size_t> ends = step_ends(name);
    const auto block = std::find_if(ends.begin(), ends.end(), [&](std::size_t end) {
      return end < name.size() && blocks.contains(std::string_view(name).substr(0, end));
    });
    const std::size_t kept = ends.size() > 2 ? ends.size() - 3 : 0;
    layers.push_back(block != ends.end() ? name.substr(0, *block) : ends.empty() ? name : name.substr(0, ends[kept]));
  }
  return layers;
}

}  // namespace inf::workflow
