#include "tools/workflow/batch_plan.h"

#include <doctest/doctest.h>

using namespace inf::workflow;

TEST_CASE("the cheapest mix of batches, padded in its last call") {
  struct Row {
    const char* name;
    int items;
    std::vector<int> sizes;
    std::vector<double> costs;
    std::vector<int> batches;
    int padded;
    double cost, padding_cost;
  };
  const Row rows[] = {
      {"nothing to do", 0, {1, 4}, {1, 2}, {}, 0, 0, 0},
      {"one by one", 3, {1}, {5}, {1, 1, 1}, 0, 15, 0},
      {"a full batch", 4, {1, 4}, {5, 8}, {4}, 0, 8, 0},
      // three singles cost 15, a padded batch 8
      {"padding pays", 3, {1, 4}, {5, 8}, {4}, 1, 8, 2},
      {"padding does not pay", 5, {1, 4}, {3, 8}, {4, 1}, 0, 11, 0},
      {"the largest first", 21, {1, 4, 16}, {3, 8, 20}, {16, 4, 1}, 0, 31, 0},
      {"only a large one", 5, {8}, {16}, {8}, 3, 16, 6},
      // a batch that costs more than its items one by one is never taken
      {"a poor batch", 4, {1, 4}, {1, 9}, {1, 1, 1, 1}, 0, 4, 0},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const BatchPlan plan = plan_batches(row.items, row.sizes, row.costs);
    std::vector<int> batches;
    int filled = 0;
    for (const BatchPlan::Call& call : plan.calls) batches.push_back(call.batch), filled += call.filled;
    CHECK(batches == row.batches);
    CHECK(filled == row.items);
    CHECK(plan.padded() == row.padded);
    CHECK(plan.cost == doctest::Approx(row.cost));
    CHECK(plan.padding_cost == doctest::Approx(row.padding_cost));
  }
}

TEST_CASE("no other mix is cheaper") {
  const std::vector<int> sizes{1, 3, 7};
  const std::vector<double> costs{2.0, 5.5, 9.0};
  for (int items = 0; items <= 30; ++items) {
    double best = 1e9;
    for (int a = 0; a <= 30; ++a)
      for (int b = 0; b <= 10; ++b)
        for (int c = 0; c <= 5; ++c)
          if (a + 3 * b + 7 * c >= items) best = std::min(best, a * costs[0] + b * costs[1] + c * costs[2]);
    CAPTURE(items);
    CHECK(plan_batches(items, sizes, costs).cost == doctest::Approx(best));
  }
}
