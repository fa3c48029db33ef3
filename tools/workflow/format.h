#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace inf::workflow {

/// Four significant digits with an SI prefix: si(0.0123, "s") is "12.30 ms". Zero is "0 s".
std::string si(double value, std::string_view unit);
/// Nanoseconds as text, "12.30 ms".
std::string duration(double ns);
/// "80.1 %" from 0.801.
std::string percent(double share);
/// "123 456 789": thousands apart.
std::string grouped(std::int64_t value);

/// Aligned columns for a terminal. Cells of a column line up left or right; trailing blanks are cut.
class Table {
 public:
  enum class Align { left, right };
  explicit Table(std::vector<Align> columns) : align_(std::move(columns)) {}
  void row(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  /// Every row on a line of its own behind `indent` blanks, columns two blanks apart.
  std::string text(int indent = 2) const;

 private:
  std::vector<Align> align_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace inf::workflow
