#include "tests/tools/workflow/sweep/bound_models.h"

#include <algorithm>

#include "compiler/import/onnx.h"
#include "tests/compiler/import/operator_cases.h"
#include "tests/compiler/pipeline/build_graph.h"
#include "tests/models/transformers.h"
#include "tests/tools/workflow/sweep/random_hardware.h"
#include "tools/workflow/model.h"
#include "tools/workflow/workload_file.h"

namespace inf::test {
namespace {

using namespace compiler;

BoundModel exported(const std::string& name, const std::function<tests::OnnxBuilder()>& make) {
  return {name, [=] { return import_onnx(make().bytes(), name); }};
}

BoundModel builtin(const std::string& name, const std::function<void(workflow::WorkloadFile&)>& say) {
  return {name, [=] {
            workflow::WorkloadFile file;
            file.file = name + ".yaml";
            say(file);
            workflow::Overrides over;
            over.chip = "inf2";
            return workflow::load_graph(workflow::resolve(file, over));
          }};
}

/// Grows a graph from one picture.
class RandomGraph {
 public:
  explicit RandomGraph(std::uint64_t seed) : draws_(seed) {
    shape_ = {draws_.one_of<std::int64_t>({1, 2}), draws_.one_of<std::int64_t>({1, 3, 8, 40}), side(), side()};
    x_ = builder_.input("x", shape_);
  }
  Graph run() {
    const std::int64_t nodes = 1 + draws_.below(4);
    for (std::int64_t i = 0; i < nodes; ++i) step();
    std::vector<ValueId> outputs{x_};
    if (draws_.chance(40)) flatten(), outputs.front() = x_;
    return builder_.finish(outputs);
  }

 private:
  std::int64_t side() { return 3 + draws_.below(20); }
  std::string name(const char* kind) { return kind + std::to_string(count_++); }
  void add(const std::string& name, Operator op, std::vector<ValueId> inputs, Shape shape) {
    x_ = builder_.node(name, std::move(op), std::move(inputs), shape);
    shape_ = std::move(shape);
  }

  void step() {
    switch (draws_.below(6)) {
      case 0:
      case 1: return conv();
      case 2: return transposed();
      case 3: return pool();
      case 4: return slice();
      default: return product();
    }
  }

  void conv() {
    Conv op;
    op.groups = shape_[1] % 4 == 0 && draws_.chance(30) ? draws_.one_of<std::int64_t>({2, 4, shape_[1]}) : 1;
    const std::int64_t outputs = op.groups * draws_.one_of<std::int64_t>({1, 3, 16, 70});
    Shape kernel{outputs, shape_[1] / op.groups, 1 + draws_.below(4), 1 + draws_.below(4)}, y{shape_[0], outputs};
    std::int64_t* const before[] = {&op.pads.top, &op.pads.left};
    std::int64_t* const behind[] = {&op.pads.bottom, &op.pads.right};
    for (std::size_t axis = 0; axis < 2; ++axis) {
      op.stride[axis] = draws_.one_of<std::int64_t>({1, 1, 2, 3});
      op.dilation[axis] = draws_.one_of<std::int64_t>({1, 1, 2});
      const std::int64_t reach = (kernel[2 + axis] - 1) * op.dilation[axis] + 1;
      *before[axis] = draws_.below(kernel[2 + axis]);
      *behind[axis] = std::max(draws_.below(kernel[2 + axis]), reach - shape_[2 + axis] - *before[axis]);
      y.push_back((shape_[2 + axis] + *before[axis] + *behind[axis] - reach) / op.stride[axis] + 1);
    }
    const std::string n = name("conv");
    add(n, op, {x_, builder_.constant(n + ".w", kernel)}, y);
  }
  void transposed() {
    Conv op;
    op.transposed = true;
    const std::int64_t outputs = draws_.one_of<std::int64_t>({1, 5, 32});
    Shape kernel{shape_[1], outputs, 1 + draws_.below(4), 1 + draws_.below(4)}, y{shape_[0], outputs};
    for (std::size_t axis = 0; axis < 2; ++axis) {
      op.stride[axis] = draws_.one_of<std::int64_t>({1, 2, 3});
      y.push_back((shape_[2 + axis] - 1) * op.stride[axis] + kernel[2 + axis]);
    }
    const std::string n = name("up");
    add(n, op, {x_, builder_.constant(n + ".w", kernel)}, y);
  }
  void pool() {
    Pool op;
    op.kind = draws_.one_of({Pool::Kind::max, Pool::Kind::average});
    Shape y{shape_[0], shape_[1]};
    for (std::size_t axis = 0; axis < 2; ++axis) {
      op.kernel[axis] = std::min<std::int64_t>(shape_[2 + axis], 1 + draws_.below(3));
      op.stride[axis] = 1 + draws_.below(3);
      y.push_back((shape_[2 + axis] - op.kernel[axis]) / op.stride[axis] + 1);
    }
    add(name("pool"), op, {x_}, y);
  }
  void slice() {
    Slice op;
    Shape y;
    for (const std::int64_t size : shape_) {
      const bool whole = draws_.chance(60);
      const std::int64_t start = whole ? 0 : draws_.below(size), step = whole ? 1 : 1 + draws_.below(2);
      op.start.push_back(start);
      op.step.push_back(step);
      y.push_back((size - start + step - 1) / step);
    }
    add(name("slice"), op, {x_}, y);
  }
  /// Over the last axis, with parts of the result cut out.
  void product() {
    const std::int64_t n = 1 + draws_.below(90);
    const std::string w = name("product");
    Shape y = shape_;
    y.back() = n;
    add(w, MatMul{}, {x_, builder_.constant(w + ".w", {shape_.back(), n})}, y);
    if (n < 8 || draws_.chance(50)) return;
    const ValueId whole = x_;
    Shape part = y;
    part.back() = n / 4;
    std::vector<ValueId> parts;
    for (std::int64_t i = 0; i < 2; ++i) {
      Slice op{{0, 0, 0, i * (n / 4) * draws_.one_of<std::int64_t>({0, 1, 2})}, {1, 1, 1, 1}};
      parts.push_back(builder_.node(name("part"), op, {whole}, part));
    }
    add(name("sum"), Binary{Binary::Op::mul, {}}, parts, part);
  }
  void flatten() {
    const Shape rows{shape_[0], shape_[1] * shape_[2] * shape_[3]};
    if (rows[1] > 4000) return;
    add(name("rows"), Reshape{}, {x_}, rows);
    const std::int64_t n = 1 + draws_.below(300);
    const std::string w = name("classes");
    add(w, MatMul{}, {x_, builder_.constant(w + ".w", {rows[1], n})}, {rows[0], n});
  }

  Draws draws_;
  GraphBuilder builder_;
  ValueId x_ = kNoValue;
  Shape shape_;
  int count_ = 0;
};

}  // namespace

std::vector<BoundModel> operator_models() {
  std::vector<BoundModel> models;
  for (const auto& cases : {tests::operator_cases(), tests::sequence_cases()})
    for (const tests::OperatorCase& c : cases)
      models.push_back({c.name, [c] { return import_onnx(tests::model_of(c).bytes(), c.name); }});
  return models;
}

std::vector<BoundModel> small_models() {
  using workflow::PlacedText;
  using workflow::WorkloadFile;
  tests::ParseqSizes sequential;
  sequential.decode = tests::ParseqSizes::Decode::sequential;
  tests::ExportStyle two;
  two.batch = 2;
  return {
      exported("vit", [] { return tests::vit({}); }),
      exported("vit, two pictures", [two] { return tests::vit(two); }),
      exported("bert", [] { return tests::bert({}); }),
      exported("parseq", [] { return tests::parseq({}); }),
      exported("parseq, one by one", [sequential] { return tests::parseq({}, sequential); }),
      builtin("craft",
              [](WorkloadFile& f) {
                f.model.builtin = PlacedText{"craft", ""}, f.model.height = 32, f.model.width = 64;
              }),
      builtin(
          "resnet18",
          [](WorkloadFile& f) {
            f.model.builtin = PlacedText{"resnet18", ""}, f.model.height = 48, f.model.width = 32, f.model.batch = 2;
          }),
      builtin("parseq-tiny in a loop",
              [](WorkloadFile& f) {
                f.model.builtin = PlacedText{"parseq", ""}, f.model.variant = PlacedText{"tiny", ""},
                f.model.characters = 3;
                f.model.modes = {PlacedText{"ar", ""}};
              }),
      builtin("parseq-tiny in one pass",
              [](WorkloadFile& f) {
                f.model.builtin = PlacedText{"parseq", ""}, f.model.variant = PlacedText{"tiny", ""},
                f.model.characters = 4;
                f.model.modes = {PlacedText{"nar", ""}};
              }),
  };
}

BoundModel random_model(std::uint64_t seed) {
  return {"random " + std::to_string(seed), [=] { return RandomGraph(seed).run(); }};
}

}  // namespace inf::test
