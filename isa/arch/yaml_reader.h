#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "isa/arch/yaml_tree.h"

namespace inf::arch {

/// Every mistake of one file, so that all of them are told in one go.
class Problems {
 public:
  explicit Problems(std::string file) : file_(std::move(file)) {}

  void add(Place place, std::string message);
  bool empty() const { return found_.empty(); }
  const std::string& file() const { return file_; }
  /// "file:line:column"
  std::string where(const Place& place) const;
  /// Errors: config with the place of the first mistake; the others are its notes, in file order.
  void throw_if_any() const;

 private:
  struct Problem {
    Place place;
    std::string message;
  };
  std::string file_;
  std::vector<Problem> found_;
};

/// Reads one map key by key. A mistake is noted in Problems and the fallback is returned, so reading goes on; the
/// caller ends with Section::finish for each map and Problems::throw_if_any for the file.
///   Section root(load_yaml(file), "", problems);
///   spec.batch = root.integer_or("batch", 1, 1, 1024);
///   root.finish();
class Section {
 public:
  /// `path` names the map in messages ("target"), empty for the whole file. The node must outlive the section.
  Section(const YamlNode& node, std::string path, Problems& problems);

  bool has(std::string_view key);
  /// Required: a missing key is a mistake. Null when absent or when this is no map.
  const YamlNode* node(std::string_view key);
  const YamlNode* node_or_null(std::string_view key);

  std::string text(std::string_view key);
  std::string text_or(std::string_view key, std::string fallback);
  std::int64_t integer(std::string_view key, std::int64_t low, std::int64_t high);
  std::int64_t integer_or(std::string_view key, std::int64_t fallback, std::int64_t low, std::int64_t high);
  double number(std::string_view key, double low, double high);
  double number_or(std::string_view key, double fallback, double low, double high);
  bool boolean(std::string_view key);
  bool boolean_or(std::string_view key, bool fallback);
  /// Index into `names`.
  int choice(std::string_view key, std::span<const std::string_view> names);
  int choice_or(std::string_view key, int fallback, std::span<const std::string_view> names);
  std::vector<std::string> texts(std::string_view key);
  std::vector<std::string> texts_or(std::string_view key, std::vector<std::string> fallback);
  std::vector<std::int64_t> integers(std::string_view key, std::int64_t low, std::int64_t high);

  /// The map under `key`; an empty one (mistake noted) where it is missing or no map.
  Section section(std::string_view key);
  std::optional<Section> section_or_none(std::string_view key);
  /// The maps of the list under `key`.
  std::vector<Section> sections(std::string_view key);

  /// This key stands for the whole map in messages: "rows = 999" rather than "rows.value = 999".
  void set_main_key(std::string key) { main_key_ = std::move(key); }

  /// Notes every key that was never asked for, with the nearest one that was, and every repeated key. Call it once,
  /// last.
  void finish();

  const std::string& path() const { return path_; }
  Place place() const { return node_->place; }
  Place place_of(std::string_view key) const;
  /// "target.chip"
  std::string path_of(std::string_view key) const;
  /// Notes a mistake of the value under `key`: "PATH = VALUE <message>".
  void mistake(std::string_view key, std::string_view message);

 private:
  const YamlNode* scalar(std::string_view key, const YamlNode* node, std::string_view wanted);

  const YamlNode* node_;
  std::string path_;
  Problems* problems_;
  std::vector<std::string> known_;
  std::string main_key_;
};

}  // namespace inf::arch
