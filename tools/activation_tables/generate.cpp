// Writes isa/numerics/activation_tables.inc, or with --check compares it with what it would write.
#include <cstdio>
#include <fstream>
#include <iostream>
#include <limits>
#include <sstream>
#include <string>

#include "isa/base/error.h"
#include "isa/numerics/activation_eval.h"
#include "tools/activation_tables/fit.h"
#include "tools/activation_tables/measure.h"

namespace inf::numerics {
namespace {

constexpr float kInf = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr Side kUnused{0, Tail::constant, 0, 0};

constexpr Side settles(double end, double value) { return {end, Tail::constant, value, static_cast<float>(value)}; }
constexpr Side identity_from(double end) { return {end, Tail::linear, end, kInf}; }
constexpr Side goes_on(double end) { return {end, Tail::extrapolate, 0, kNan}; }

// Ends: where f differs from its limit by less than a quarter ulp, or falls below 2^-126. Each is a short binary
// fraction, so that a segment can start there.
constexpr Spec kSpecs[] = {
    {ActFn::sigmoid, Reduction::none, Symmetry::none, {settles(18, 1), settles(88, 0)}},
    {ActFn::tanh, Reduction::none, Symmetry::odd, {settles(10, 1), kUnused}},
    {ActFn::silu, Reduction::none, Symmetry::none, {identity_from(18), settles(92, 0)}},
    {ActFn::silu_d, Reduction::none, Symmetry::none, {settles(22, 1), settles(92, 0)}},
    {ActFn::softplus, Reduction::none, Symmetry::none, {identity_from(16), settles(88, 0)}},
    {ActFn::mish, Reduction::none, Symmetry::none, {identity_from(10), settles(92, 0)}},
    {ActFn::gelu, Reduction::none, Symmetry::none, {identity_from(6), settles(13.25, 0)}},
    {ActFn::gelu_d, Reduction::none, Symmetry::none, {settles(6.5, 1), settles(13.5, 0)}},
    {ActFn::gelu_tanh, Reduction::none, Symmetry::none, {identity_from(6), settles(10.25, 0)}},
    {ActFn::gelu_sigmoid, Reduction::none, Symmetry::none, {identity_from(11), settles(54, 0)}},
    {ActFn::gelu_sigmoid_d, Reduction::none, Symmetry::none, {settles(13, 1), settles(54, 0)}},
    {ActFn::erf, Reduction::none, Symmetry::odd, {settles(4, 1), kUnused}},
    {ActFn::erf_d, Reduction::none, Symmetry::even, {settles(9.5, 0), kUnused}},
    {ActFn::exp, Reduction::exponential, Symmetry::none, {goes_on(0.375), goes_on(0.375)}},
    {ActFn::log, Reduction::logarithm, Symmetry::none, {goes_on(0.4375), goes_on(0.3125)}},
    {ActFn::sin, Reduction::none, Symmetry::odd, {goes_on(0x1.921fb6p+1), kUnused}},
    {ActFn::arctan, Reduction::none, Symmetry::odd, {goes_on(0x1.921fb6p+0), kUnused}},
    {ActFn::sqrt, Reduction::square_root, Symmetry::none, {goes_on(0x1.fffffep+1), kUnused}},
    {ActFn::rsqrt, Reduction::reciprocal_square_root, Symmetry::none, {goes_on(0x1.fffffep+1), kUnused}},
    {ActFn::reciprocal, Reduction::reciprocal, Symmetry::none, {goes_on(0x1.fffffep+0), kUnused}},
};

std::string hex(float v) {
  if (v != v) return "__builtin_nanf(\"\")";
  if (v == kInf) return "__builtin_inff()";
  char text[40];
  std::snprintf(text, sizeof text, "%af", static_cast<double>(v));
  return text;
}

const char* name_of(Reduction r) {
  switch (r) {
    case Reduction::none: return "none";
    case Reduction::exponential: return "exponential";
    case Reduction::logarithm: return "logarithm";
    case Reduction::square_root: return "square_root";
    case Reduction::reciprocal_square_root: return "reciprocal_square_root";
    case Reduction::reciprocal: return "reciprocal";
  }
  return "";
}

const char* name_of(Symmetry s) {
  switch (s) {
    case Symmetry::none: return "none";
    case Symmetry::odd: return "odd";
    case Symmetry::even: return "even";
  }
  return "";
}

struct Row {
  const char* name;
  ActFn fn;
};

constexpr Row kRows[] = {
#define ACTIVATION(id, set, exact, meaning) {#id, ActFn::id},
#include "isa/numerics/ops.def"
#undef ACTIVATION
};

const Spec* spec_of(ActFn fn) {
  for (const Spec& spec : kSpecs)
    if (spec.fn == fn) return &spec;
  return nullptr;
}

void write_table(std::ostream& out, const std::string& name, const Fitted& f) {
  out << "constexpr std::uint32_t k_" << name << "_octaves[] = {";
  for (std::size_t i = 0; i < f.octaves.size(); ++i) out << (i % 16 == 0 ? "\n    " : " ") << f.octaves[i] << ",";
  out << "};\nconstexpr float k_" << name << "_segments[] = {\n";
  for (std::size_t i = 0; i < f.segments.size(); i += 4)
    out << "    " << hex(f.segments[i]) << ", " << hex(f.segments[i + 1]) << ", " << hex(f.segments[i + 2]) << ", "
        << hex(f.segments[i + 3]) << ",\n";
  out << "};\n";
}

void write_row(std::ostream& out, const std::string& name, const ActivationTable& t) {
  out << "    {Reduction::" << name_of(t.reduction) << ", Symmetry::" << name_of(t.symmetry) << ", {"
      << t.first_octave[0] << ", " << t.first_octave[1] << "}, {" << t.octave_row[0] << ", " << t.octave_row[1]
      << "}, {" << t.limit[0] << "u, " << t.limit[1] << "u}, {" << hex(t.at_infinity[0]) << ", "
      << hex(t.at_infinity[1]) << "}, k_" << name << "_octaves, k_" << name << "_segments, " << t.segment_count
      << "},\n";
}

std::string generate() {
  std::ostringstream out, rows, errors;
  out << "// Written by tools/activation_tables/generate.cpp; its test compares.\n";
  rows << "\nconstexpr ActivationTable kTables[] = {\n";
  errors << "\nconstexpr ActivationError kErrors[] = {\n";
  for (const Row& row : kRows) {
    const Spec* const spec = spec_of(row.fn);
    if (spec == nullptr) {
      rows << "    {},  // " << row.name << " is exact\n";
      errors << "    {},\n";
      continue;
    }
    const Fitted fitted = fit(*spec);
    const ActivationTable table = fitted.view();
    const ActivationError e = measure(row.fn, [&](float x) { return evaluate(table, x); });
    out << "\n";
    write_table(out, row.name, fitted);
    write_row(rows, row.name, table);
    char text[160];
    std::snprintf(text, sizeof text, "    {%.3f, %.4f, %.9g, %.9g},  // %s\n", e.fp32_ulp, e.bf16_ulp, e.at_fp32,
                  e.at_bf16, row.name);
    errors << text;
    std::fprintf(stderr, "%-16s %4d segments, largest error %10.3f ulp fp32 at %.9g, %.4f ulp bf16 at %.9g\n", row.name,
                 table.segment_count, e.fp32_ulp, e.at_fp32, e.bf16_ulp, e.at_bf16);
  }
  return out.str() + rows.str() + "};\n" + errors.str() + "};\n";
}

}  // namespace
}  // namespace inf::numerics

int main(int argc, char** argv) {
  const bool check = argc == 3 && std::string(argv[1]) == "--check";
  if (!check && argc != 2) {
    std::cerr << "usage: generate_activation_tables [--check] isa/numerics/activation_tables.inc\n";
    return 2;
  }
  try {
    const std::string text = inf::numerics::generate();
    if (check) {
      std::ifstream in(argv[2]);
      std::stringstream now;
      now << in.rdbuf();
      if (now.str() == text) return 0;
      std::cerr << argv[2] << " is not what the generator writes; run it without --check\n";
      return 1;
    }
    std::ofstream(argv[1]) << text;
    return 0;
  } catch (const inf::Error& e) {
    std::cerr << e.what() << "\n";
    return inf::exit_code(e.kind());
  }
}
