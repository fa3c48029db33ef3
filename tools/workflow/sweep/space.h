#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace inf::workflow::sweep {

/// One value of a parameter, as YAML text: "128", "bf16", "[bf16, fp16]".
struct Level {
  std::string text;
  std::optional<double> number;
};

/// A parameter that a sweep varies.
struct Axis {
  std::string key;   ///< "chip.tensor.rows", "compile.auto_cast", "workload.model.batch", "chip" for whole files
  std::string unit;  ///< "-" for none
  std::vector<Level> levels;
  std::string place;  ///< of the sweep file, for messages
};

/// A level of each axis.
using Point = std::vector<std::uint32_t>;

/// A key with the value that it has at a point.
struct Setting {
  std::string key, text;
  std::string place;
};

/// All points that a sweep may visit.
class Space {
 public:
  struct Expression;  ///< a parsed formula over keys

  std::vector<Axis> axes;
  std::vector<Setting> fixed;  ///< in place of what chip, instance and workload files say, at every point
  struct Linked {
    std::string key, formula, place;
    std::shared_ptr<const Expression> value;
  };
  std::vector<Linked> linked;  ///< in an order in which each uses only what stands before it
  struct Constraint {
    std::string formula, place;
    std::shared_ptr<const Expression> holds;
  };
  std::vector<Constraint> constraints;

  /// Points of the grid, constraints not counted; as a floating number since it may be enormous.
  double size() const;
  /// Everything that is set at a point: fixed, axes, linked, in this order.
  std::vector<Setting> settings(const Point& point) const;
  /// The first constraint that the point breaks, as "FORMULA: LEFT > RIGHT" with numbers; nothing where it meets all.
  std::optional<std::string> broken(const Point& point) const;
};

}  // namespace inf::workflow::sweep
