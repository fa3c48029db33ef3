#pragma once
#include <functional>
#include <memory>
#include <optional>

#include "tools/workflow/sweep/strategy.h"

namespace inf::workflow::sweep {

/// A sequence of points, one after the other; nothing at its end. Points may come again and may break constraints.
using Points = std::function<std::optional<Point>()>;

/// Every point, the last axis fastest.
Points grid_points(const Space& space);
/// Every point in an order that the seed decides.
Points random_points(const Space& space, std::uint64_t seed);
/// Spread evenly over levels by their position; the seed shifts the sequence. Source: Sobol's sequence with a digital
/// shift, an exclusive or of each coordinate. Goes on without end.
Points sobol_points(const Space& space, std::uint64_t seed);

/// The points of a sequence that meet all constraints, each once, in rounds of kRound.
std::unique_ptr<Strategy> enumerated(const Space& space, Points points, std::size_t budget);

/// NSGA-II on each island by itself: its first generation is drawn at random from points that meet all constraints.
std::unique_ptr<Strategy> nsga2(const Sweep& sweep, std::size_t budget);

/// How many points meet all links and constraints; nothing where the grid is too large to try them all.
std::optional<std::size_t> points_that_meet_all(const Space& space);

/// The point of a grid with this number; the last axis is the fastest.
Point point_of(const Space& space, std::uint64_t number);

}  // namespace inf::workflow::sweep
