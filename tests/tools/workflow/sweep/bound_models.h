#pragma once
#include <functional>
#include <string>
#include <vector>

#include "compiler/ir/graph.h"

namespace inf::test {

/// A graph as it is imported, before any pass.
struct BoundModel {
  std::string name;
  std::function<compiler::Graph()> graph;
};

/// Every operator in the forms that the importer's tests have.
std::vector<BoundModel> operator_models();
/// Small models as exporters write them, and the built-in ones at small sizes.
std::vector<BoundModel> small_models();
/// Convolutions, products and slices in an order that the seed decides.
BoundModel random_model(std::uint64_t seed);

}  // namespace inf::test
