#include "isa/arch/yaml_reader.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <tuple>

#include "isa/base/error.h"
#include "isa/base/nearest.h"
#include "isa/base/read_number.h"

namespace inf::arch {
namespace {

template <class T>
std::optional<T> parse_number(const std::string& text) {
  return read_number<T>(text.starts_with('+') ? std::string_view(text).substr(1) : text);
}

const char* kind_name(const YamlNode& node) {
  switch (node.kind) {
    case YamlNode::Kind::null: return "empty";
    case YamlNode::Kind::scalar: return "a single value";
    case YamlNode::Kind::list: return "a list";
    case YamlNode::Kind::map: return "a map";
  }
  return "";
}

}  // namespace

void Problems::add(Place place, std::string message) { found_.push_back({place, std::move(message)}); }

std::string Problems::where(const Place& place) const {
  return fmt::format("{}:{}:{}", place.file ? *place.file : file_, place.line, place.column);
}

void Problems::throw_if_any() const {
  if (found_.empty()) return;
  std::vector<Problem> sorted = found_;
  std::stable_sort(sorted.begin(), sorted.end(), [](const Problem& a, const Problem& b) {
    // What was put in from elsewhere first: it is what its writer can change.
    return std::tuple(!a.place.file, a.place.line, a.place.column) <
           std::tuple(!b.place.file, b.place.line, b.place.column);
  });
  std::vector<std::string> notes;
  for (std::size_t i = 1; i < sorted.size(); ++i) notes.push_back(where(sorted[i].place) + ": " + sorted[i].message);
  throw Error(ErrorKind::config, where(sorted[0].place), sorted[0].message, std::move(notes));
}

Section::Section(const YamlNode& node, std::string path, Problems& problems)
    : node_(&node), path_(std::move(path)), problems_(&problems) {
  if (node.kind == YamlNode::Kind::map) return;
  problems.add(node.place,
               fmt::format("{} is {}; a map of keys is needed", path_.empty() ? "the file" : path_, kind_name(node)));
  node_ = nullptr;
}

std::string Section::path_of(std::string_view key) const {
  if (!main_key_.empty() && key == main_key_) return path_;
  return path_.empty() ? std::string(key) : fmt::format("{}.{}", path_, key);
}

Place Section::place_of(std::string_view key) const {
  if (node_ == nullptr) return {};
  const YamlNode* child = node_->find(key);
  return child == nullptr ? node_->place : child->place;
}

void Section::mistake(std::string_view key, std::string_view message) {
  const YamlNode* child = node_ == nullptr ? nullptr : node_->find(key);
  const std::string value = child != nullptr && child->kind == YamlNode::Kind::scalar ? " = " + child->text : "";
  problems_->add(place_of(key), fmt::format("{}{} {}", path_of(key), value, message));
}

const YamlNode* Section::node_or_null(std::string_view key) {
  if (std::find(known_.begin(), known_.end(), key) == known_.end()) known_.emplace_back(key);
  return node_ == nullptr ? nullptr : node_->find(key);
}

const YamlNode* Section::node(std::string_view key) {
  const YamlNode* child = node_or_null(key);
  if (child == nullptr && node_ != nullptr) problems_->add(node_->place, fmt::format("{} is missing", path_of(key)));
  return child;
}

bool Section::has(std::string_view key) { return node_or_null(key) != nullptr; }

const YamlNode* Section::scalar(std::string_view key, const YamlNode* child, std::string_view wanted) {
  if (child == nullptr || child->kind == YamlNode::Kind::scalar) return child;
  problems_->add(child->place, fmt::format("{} is {}; {} is needed", path_of(key), kind_name(*child), wanted));
  return nullptr;
}

std::string Section::text(std::string_view key) {
  const YamlNode* child = scalar(key, node(key), "text");
  return child == nullptr ? std::string() : child->text;
}
std::string Section::text_or(std::string_view key, std::string fallback) {
  return has(key) ? text(key) : std::move(fallback);
}

std::int64_t Section::integer(std::string_view key, std::int64_t low, std::int64_t high) {
  const YamlNode* child = scalar(key, node(key), "a whole number");
  if (child == nullptr) return low;
  const auto value = parse_number<std::int64_t>(child->text);
  if (!value) return mistake(key, "is not a whole number"), low;
  if (*value < low || *value > high) return mistake(key, fmt::format("is outside {}..{}", low, high)), low;
  return *value;
}
std::int64_t Section::integer_or(std::string_view key, std::int64_t fallback, std::int64_t low, std::int64_t high) {
  return has(key) ? integer(key, low, high) : fallback;
}

double Section::number(std::string_view key, double low, double high) {
  const YamlNode* child = scalar(key, node(key), "a number");
  if (child == nullptr) return low;
  const auto value = parse_number<double>(child->text);
  if (!value) return mistake(key, "is not a number"), low;
  if (*value < low || *value > high) return mistake(key, fmt::format("is outside {}..{}", low, high)), low;
  return *value;
}
double Section::number_or(std::string_view key, double fallback, double low, double high) {
  return has(key) ? number(key, low, high) : fallback;
}

bool Section::boolean(std::string_view key) {
  const YamlNode* child = scalar(key, node(key), "true or false");
  if (child == nullptr) return false;
  if (child->text != "true" && child->text != "false") mistake(key, "is neither true nor false");
  return child->text == "true";
}
bool Section::boolean_or(std::string_view key, bool fallback) { return has(key) ? boolean(key) : fallback; }

int Section::choice(std::string_view key, std::span<const std::string_view> names) {
  const YamlNode* child = scalar(key, node(key), "one name");
  if (child == nullptr) return 0;
  for (std::size_t i = 0; i < names.size(); ++i)
    if (names[i] == child->text) return static_cast<int>(i);
  mistake(key, fmt::format("is none of {}{}", fmt::join(names, ", "), did_you_mean(child->text, names)));
  return 0;
}
int Section::choice_or(std::string_view key, int fallback, std::span<const std::string_view> names) {
  return has(key) ? choice(key, names) : fallback;
}

std::vector<std::string> Section::texts(std::string_view key) {
  const YamlNode* child = node(key);
  std::vector<std::string> values;
  if (child == nullptr) return values;
  if (child->kind != YamlNode::Kind::list) {
    problems_->add(child->place, fmt::format("{} is {}; a list is needed", path_of(key), kind_name(*child)));
    return values;
  }
  for (const YamlNode& item : child->items) {
    if (item.kind != YamlNode::Kind::scalar)
      problems_->add(item.place,
                     fmt::format("{}[{}] is {}; text is needed", path_of(key), values.size(), kind_name(item)));
    values.push_back(item.text);
  }
  return values;
}
std::vector<std::string> Section::texts_or(std::string_view key, std::vector<std::string> fallback) {
  return has(key) ? texts(key) : std::move(fallback);
}

std::vector<std::int64_t> Section::integers(std::string_view key, std::int64_t low, std::int64_t high) {
  std::vector<std::int64_t> values;
  const std::vector<std::string> items = texts(key);
  for (std::size_t i = 0; i < items.size(); ++i) {
    const auto value = parse_number<std::int64_t>(items[i]);
    const Place place = node_->find(key)->items[i].place;
    if (!value)
      problems_->add(place, fmt::format("{}[{}] = {} is not a whole number", path_of(key), i, items[i]));
    else if (*value < low || *value > high)
      problems_->add(place, fmt::format("{}[{}] = {} is outside {}..{}", path_of(key), i, items[i], low, high));
    values.push_back(value.value_or(low));
  }
  return values;
}

Section Section::section(std::string_view key) {
  const YamlNode* child = node(key);
  Section result = child == nullptr ? *this : Section(*child, path_of(key), *problems_);
  if (child == nullptr) {
    result.node_ = nullptr;
    result.path_ = path_of(key);
  }
  result.known_.clear();
  result.main_key_.clear();
  return result;
}
std::optional<Section> Section::section_or_none(std::string_view key) {
  if (!has(key)) return std::nullopt;
  return section(key);
}

std::vector<Section> Section::sections(std::string_view key) {
  const YamlNode* child = node(key);
  std::vector<Section> result;
  if (child == nullptr) return result;
  if (child->kind != YamlNode::Kind::list) {
    problems_->add(child->place, fmt::format("{} is {}; a list is needed", path_of(key), kind_name(*child)));
    return result;
  }
  for (std::size_t i = 0; i < child->items.size(); ++i)
    result.emplace_back(child->items[i], fmt::format("{}[{}]", path_of(key), i), *problems_);
  return result;
}

void Section::finish() {
  if (node_ == nullptr) return;
  for (const YamlNode::Entry& entry : node_->entries) {
    const YamlNode* first = node_->find(entry.key);
    if (first != &entry.value)
      problems_->add(entry.place, fmt::format("{} is repeated; it is first given on line {}", path_of(entry.key),
                                              first->place.line));
    else if (std::find(known_.begin(), known_.end(), entry.key) == known_.end())
      problems_->add(entry.place, fmt::format("unknown key {}{}", path_of(entry.key), did_you_mean(entry.key, known_)));
  }
}

}  // namespace inf::arch
