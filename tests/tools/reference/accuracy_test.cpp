#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "tests/workloads/files.h"
#include "tools/workflow/accuracy.h"

using namespace inf;
using namespace inf::workflow;

TEST_CASE("figures of a comparison") {
  constexpr double kInf = std::numeric_limits<double>::infinity();
  struct Row {
    const char* name;
    std::vector<float> result, reference;
    double max, mean, snr, correlation;
  };
  const Row rows[] = {
      {"equal", {1, -2, 3}, {1, -2, 3}, 0, 0, kInf, 1},
      {"equal and constant", {2, 2}, {2, 2}, 0, 0, kInf, 1},
      {"one off", {1, 2, 3, 5}, {1, 2, 3, 4}, 1, 0.25, 10 * std::log10(30.0), 0.982708},
      {"a tenth everywhere", {11, 22, 33}, {10, 20, 30}, 3, 2, 20, 1},
      {"negated", {-1, 1}, {1, -1}, 2, 2, 10 * std::log10(0.25), -1},
      {"constant result", {2, 2, 2}, {1, 2, 3}, 1, 2.0 / 3, 10 * std::log10(7.0), 0},
      {"nothing to compare", {}, {}, 0, 0, kInf, 1},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const Accuracy a = compare(row.result, row.reference);
    CHECK(a.elements == row.reference.size());
    CHECK(a.max_abs_error == doctest::Approx(row.max));
    CHECK(a.mean_abs_error == doctest::Approx(row.mean));
    CHECK((std::isinf(row.snr) ? std::isinf(a.snr_db) && a.snr_db > 0 : a.snr_db == doctest::Approx(row.snr)));
    CHECK(a.correlation == doctest::Approx(row.correlation).epsilon(1e-5));
    CHECK(a.finite);
  }
}

TEST_CASE("a result that is not finite is said, never averaged away") {
  for (const float wrong : {NAN, INFINITY, -INFINITY}) {
    const Accuracy a = compare(std::vector{1.0F, wrong}, std::vector{1.0F, 2.0F});
    CHECK_FALSE(a.finite);
    CHECK(std::isnan(a.snr_db));
    CHECK_FALSE(a.snr_db >= -1000);  // so every minimum is missed
    CHECK(text(a) == "holds NaN or infinity where the reference does not");
  }
}

TEST_CASE("a reference that is not finite leaves no figure that meets a tolerance") {
  struct Row {
    const char* name;
    float result, reference;
  };
  const Row rows[] = {{"NaN in the reference", 1, NAN},
                      {"infinity in the reference", 1, INFINITY},
                      {"NaN in both", NAN, NAN},
                      {"the same infinity", INFINITY, INFINITY}};
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const Accuracy a = compare(std::vector{1.0F, row.result, 3.0F}, std::vector{1.0F, row.reference, 3.0F});
    for (const double figure : {a.max_abs_error, a.mean_abs_error, a.snr_db, a.correlation}) CHECK(std::isnan(figure));
    CHECK(a.finite);
    CHECK(text(a) == "the reference holds NaN or infinity");
  }
}

TEST_CASE("per channel of any axis") {
  const std::vector<float> reference{1, 10, 2, 20, 3, 30};
  const std::vector<float> result{1, 11, 2, 21, 3, 31};  // every second one is off by one
  struct Row {
    const char* name;
    compiler::Shape shape;
    std::int64_t axis;
    std::vector<double> max;
  };
  const Row rows[] = {
      {"last axis", {1, 3, 2}, -1, {0, 1}},
      {"last axis by its index", {1, 3, 2}, 2, {0, 1}},
      {"rows", {3, 2}, 0, {1, 1, 1}},
      {"the middle", {1, 2, 3}, 1, {1, 1}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const std::vector<Accuracy> all = compare_along(result, reference, row.shape, row.axis);
    REQUIRE(all.size() == row.max.size());
    for (std::size_t i = 0; i < all.size(); ++i) CHECK(all[i].max_abs_error == row.max[i]);
  }
  CHECK(test::error_of([&] {
          compare_along(result, reference, {2, 2}, 0);
        }).find("where 4 are compared") != std::string::npos);
  CHECK(test::error_of([&] { compare(std::vector{1.0F}, reference); }).find("1 results and 6 reference values") !=
        std::string::npos);
}

TEST_CASE("the figures as text") {
  CHECK(text(compare(std::vector{11.0F, 22.0F, 33.0F}, std::vector{10.0F, 20.0F, 30.0F})) ==
        "SNR 20.0 dB, correlation 1.00000, error max 3 mean 2");
}
