#include "tools/workflow/sweep/levels.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "isa/base/error.h"
#include "isa/base/nearest.h"
#include "isa/base/read_number.h"
#include "isa/numerics/dtype.h"
#include "tools/workflow/auto_cast.h"
#include "tools/workflow/sweep/formula.h"
#include "tools/workflow/workload.h"

namespace inf::workflow::sweep {
namespace {

using arch::YamlNode;

/// "96KiB" of a key in bytes.
struct Suffix {
  std::string_view text;
  double bytes;
};
constexpr Suffix kSuffixes[] = {{"KiB", 1024},  {"MiB", 1048576},  {"GiB", 1073741824},
                                {"kB", 1000.0}, {"MB", 1000000.0}, {"GB", 1000000000.0}};

std::optional<double> read_quantity(const Key& key, std::string_view text) {
  if (key.unit == "bytes")
    for (const Suffix& suffix : kSuffixes)
      if (text.ends_with(suffix.text)) {
        std::string_view digits = text.substr(0, text.size() - suffix.text.size());
        while (digits.ends_with(' ')) digits.remove_suffix(1);
        const auto value = read_number<double>(digits);
        return value ? std::optional(*value * suffix.bytes) : std::nullopt;
      }
  return read_number<double>(text);
}

bool has_range(const Key& key) { return key.low != 0 || key.high != 0; }

std::string in_brackets(const std::vector<std::string>& items) { return fmt::format("[{}]", fmt::join(items, ", ")); }

/// What an error says, on one line; most name key and value themselves.
std::string on_one_line(const Error& error, const std::string& path, const std::string& text) {
  const std::string notes = error.notes().empty() ? "" : fmt::format(" ({})", fmt::join(error.notes(), "; "));
  if (error.where().empty()) return error.message() + notes;
  return fmt::format("{} = {} cannot be taken: {}: {}{}", path, text, error.where(), error.message(), notes);
}

}  // namespace

std::string wrong_number(const Key& key, double value) {
  if (!std::isfinite(value)) return "is no number";
  if (key.type == KeyType::whole && value != std::floor(value)) return "is no whole number";
  if (has_range(key) && (value < key.low || value > key.high))
    return fmt::format("is outside {}..{}", number_text(key.low), number_text(key.high));
  return "";
}

std::string canonical_number(const Key& key, double value) {
  constexpr double kWhole = 9e18;
  const bool whole = key.type == KeyType::whole && std::abs(value) < kWhole;
  return whole ? fmt::format("{}", static_cast<std::int64_t>(value)) : fmt::format("{}", value);
}

std::optional<Level> LevelReader::level(const Key& key, const std::string& path, const YamlNode& node) {
  const bool is_list = key.type == KeyType::dtypes || key.type == KeyType::wholes || key.type == KeyType::texts;
  if (is_list) return list(key, path, node);
  if (node.kind != YamlNode::Kind::scalar)
    return wrong(node.place, fmt::format("a value of {} is {}; a {} is needed", path,
                                         node.kind == YamlNode::Kind::null   ? "empty"
                                         : node.kind == YamlNode::Kind::list ? "a list"
                                                                             : "a map",
                                         name(key.type))),
           std::nullopt;
  if (key.type == KeyType::whole || key.type == KeyType::number) return number(key, path, node);
  if (key.type == KeyType::boolean) {
    if (node.text == "true" || node.text == "false") return Level{node.text, {}};
    return wrong(node.place, fmt::format("{} = {} is neither true nor false", path, node.text)), std::nullopt;
  }
  if (std::string what = wrong_text(key, path, node.text); !what.empty())
    return wrong(node.place, std::move(what)), std::nullopt;
  return Level{node.text, {}};
}

std::optional<Level> LevelReader::number(const Key& key, const std::string& path, const YamlNode& node) {
  const std::optional<double> value = read_quantity(key, node.text);
  const std::string what = value ? wrong_number(key, *value) : std::string("is no number");
  if (!what.empty()) return wrong(node.place, fmt::format("{} = {} {}", path, node.text, what)), std::nullopt;
  return Level{canonical_number(key, *value), *value};
}

std::optional<Level> LevelReader::list(const Key& key, const std::string& path, const YamlNode& node) {
  std::vector<YamlNode> items = node.items;
  if (node.kind == YamlNode::Kind::scalar) items = {node};
  Key item_key = key;
  item_key.type = key.type == KeyType::wholes ? KeyType::whole : KeyType::text;
  std::vector<std::string> texts;
  for (const YamlNode& item : items)
    if (const auto read = level(item_key, path, item))
      texts.push_back(read->text);
    else
      return std::nullopt;
  if (texts.empty())
    return wrong(node.place, fmt::format("a value of {} is empty; a {} is needed", path, name(key.type))), std::nullopt;
  return Level{in_brackets(texts), {}};
}

std::string LevelReader::wrong_text(const Key& key, const std::string& path, const std::string& text) {
  const auto is = [&](const std::string& what) { return fmt::format("{} = {} is {}", path, text, what); };
  if (key.path == "chip.memory.kind" && text != "HBM" && text != "DRAM") return is("none of HBM, DRAM");
  if (key.inner == "chip.dtypes" || key.inner == "tensor.dtypes") {
    std::vector<std::string_view> known;
    for (int i = 0; i < kDTypes; ++i) known.push_back(inf::name(static_cast<DType>(i)));
    return dtype_from(text) ? "" : is("no dtype" + did_you_mean(text, known));
  }
  const Setting setting{key.path, text, ""};
  try {
    if (key.path == "compile.auto_cast") parse_auto_cast(text, "");
    if (key.path == "compile.auto_cast_type") parse_auto_cast_type(text, "");
    if (key.path == "compile.host_operators") parse_host_operators(text, "");
    if (key.path == "compile.weights") parse_weight_choice(text, "");
    if (key.path == "chip") files_.chip(files_.chip_file(setting));
    if (key.path == "instance" && workloads_.empty()) choose_target(files_, {}, nullptr, &setting);
    if (key.path == "instance")
      for (const WorkloadFile& workload : workloads_) choose_target(files_, workload, nullptr, &setting);
  } catch (const Error& error) {
    return on_one_line(error, path, text);
  }
  return "";
}

std::vector<Level> LevelReader::levels(const Key& key, const std::string& path, const YamlNode& node) {
  std::vector<Level> levels;
  if (node.kind == YamlNode::Kind::map) {
    levels = range(key, path, node);
  } else if (node.kind == YamlNode::Kind::list) {
    if (node.items.empty()) wrong(node.place, fmt::format("{} has no value to take", path));
    if (node.items.size() > kMostLevels)
      return wrong(node.place, fmt::format("{} has {} values; {} is the limit", path, node.items.size(), kMostLevels)),
             levels;
    for (const YamlNode& item : node.items) {
      const auto read = level(key, path, item);
      if (!read) continue;
      if (std::any_of(levels.begin(), levels.end(), [&](const Level& l) { return l.text == read->text; }))
        wrong(item.place, fmt::format("{} = {} is given twice", path, read->text));
      else
        levels.push_back(*read);
    }
  } else {
    wrong(
        node.place,
        fmt::format("{} is no list of values and no range such as {{from: 1, to: 64, factor: 2}}; one value for every "
                    "point stands under `set`",
                    path));
  }
  return levels;
}

}  // namespace inf::workflow::sweep
