#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace inf::workflow {

/// A slice or instant of a trace file with every interned name resolved.
struct DecodedSlice {
  std::string track;  ///< names from the process down: "chip 0 core 0/engines/vector"
  std::string name, category;
  std::int64_t begin = 0, end = 0;
  bool instant = false;
  std::map<std::string, double> numbers;
  std::map<std::string, std::string> texts;
  std::vector<std::uint64_t> leaving, arriving;  ///< arrows

  /// The value of a note; a failure where there is none.
  double at(const std::string& note) const;
  std::int64_t integer(const std::string& note) const { return static_cast<std::int64_t>(at(note)); }
};

/// What libprotobuf reads from a trace file, with all that is wrong with it: packets that do not parse or hold unknown
/// fields, names used before they are known, tracks without a descriptor or parent, slices that do not nest or are not
/// closed, arrows without both ends or against time, counter values out of order.
struct DecodedTrace {
  std::vector<DecodedSlice> slices;  ///< in the file's order of their begins
  std::map<std::string, std::vector<std::pair<std::int64_t, double>>> counters;  ///< by track
  std::map<std::string, std::string> units;                                      ///< of counters
  std::vector<std::string> problems;
  std::size_t arrows = 0;
};
DecodedTrace decode_trace(const std::filesystem::path& file);

}  // namespace inf::workflow
