#include "compiler/tiles/tile_program.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "isa/base/error.h"
#include "isa/base/overload.h"
#include "isa/numerics/rows.h"

namespace inf::compiler {
namespace {

std::string shape_text(const Shape& s) { return fmt::format("[{}]", fmt::join(s, ",")); }

const char* role_name(TileTensor::Role role) {
  switch (role) {
    case TileTensor::Role::input: return "input";
    case TileTensor::Role::output: return "output";
    case TileTensor::Role::constant: return "constant";
    case TileTensor::Role::scratch: return "scratch";
  }
  return "";
}

std::string steps_text(const Phase& p) {
  std::string text;
  for (const KStep& s : p.steps) text += fmt::format(" b{}k{}({},{})", s.block, s.partitions, s.dy, s.dx);
  return text;
}

std::string conv_text(const ConvTile& t) {
  std::string text = fmt::format(
      "x=%{}[{}+{}] y=%{}[{}+{}] w=%{} bias={} act={} in_step={},{} out_step={},{} rows={} psum={}x{} chunk={} "
      "replicas=",
      t.x, t.x_channel, t.x_channels, t.y, t.y_channel, t.y_channels, t.weights, t.bias, static_cast<int>(t.act.fn),
      t.in_step[0], t.in_step[1], t.out_step[0], t.out_step[1], t.rows, t.tile_rows, t.tile_cols, t.chunk);
  for (const auto& [dy, dx] : t.replicas) text += fmt::format("({},{})", dy, dx);
  if (t.residual != kNoTensor) text += fmt::format(" residual=%{}", t.residual);
  if (t.also != kNoTensor) text += fmt::format(" also=%{}", t.also);
  if (t.folds > 1) text += fmt::format(" folds={}", t.folds);
  for (const Phase& p : t.phases)
    text +=
        fmt::format("\n    phase {},{} count {}x{}:{}", p.first[0], p.first[1], p.count[0], p.count[1], steps_text(p));
  return text;
}

std::string runs_text(const std::vector<BlendRun>& runs) {
  std::string text;
  for (const BlendRun& r : runs)
    text += fmt::format(" {}+{}x{}<-{},{}+{}({},{})", r.first, r.step, r.count, r.src0, r.src1, r.src_step, r.w0, r.w1);
  return text;
}

std::string tile_text(const TileKind& tile) {
  return std::visit(
      Overload{[](const ConvTile& t) { return conv_text(t); },
               [](const PoolTile& t) {
                 return fmt::format("x=%{} y=%{} {} kernel={}x{} stride={},{} rows={}", t.x, t.y,
                                    t.kind == Pool::Kind::max ? "max" : "average", t.kernel[0], t.kernel[1],
                                    t.stride[0], t.stride[1], t.rows);
               },
               [](const ResizeTile& t) {
                 return fmt::format("x=%{} y=%{} rows={}\n    vertical{}\n    horizontal{}", t.x, t.y, t.rows,
                                    runs_text(t.vertical), runs_text(t.horizontal));
               },
               [](const FlatTile& t) {
                 return fmt::format("a=%{} b=%{} y=%{} op={} immediate={} act={} elements={} chunk={}", t.a, t.b, t.y,
                                    t.has_op ? static_cast<int>(t.op) : -1, t.immediate, static_cast<int>(t.act.fn),
                                    t.elements, t.chunk);
               },
               [](const AffineTile& t) {
                 return fmt::format("x=%{} y=%{} scale={} shift={} act={} rows={}", t.x, t.y, t.scale, t.shift,
                                    static_cast<int>(t.act.fn), t.rows);
               },
               [](const MatMulTile& t) {
                 return fmt::format("a=%{} b=%{} y=%{} batch={} rows={} k={} n={} run={} chunk={} bias={}", t.a, t.b,
                                    t.y, t.batch, t.rows, t.k, t.n, t.run, t.chunk, t.bias);
               },
               [](const SoftmaxTile& t) { return fmt::format("x=%{} y=%{} rows={} n={}", t.x, t.y, t.rows, t.n); },
               [](const ReduceTile& t) {
                 return fmt::format("x=%{} y=%{} op={} rows={} n={}", t.x, t.y, static_cast<int>(t.op), t.rows, t.n);
               },
               [](const CopyTile& t) {
                 return fmt::format("x=%{}+{} y=%{}+{} size={} x_step={} y_step={}{}", t.x, t.x_start, t.y, t.y_start,
                                    shape_text(t.size), shape_text(t.x_step), shape_text(t.y_step),
                                    t.fill ? fmt::format(" fill={}", t.value) : "");
               }},
      tile);
}

}  // namespace

TensorId TileProgram::add_constant(const std::string& tensor_name, const std::vector<float>& data, Shape shape,
                                   DType dtype) {
  TileTensor t;
  t.name = tensor_name;
  t.role = TileTensor::Role::constant;
  t.dtype = dtype;
  t.shape = std::move(shape);
  auto bytes = std::make_shared<std::vector<std::byte>>(data.size() * static_cast<std::size_t>(size_of(dtype)));
  numerics::narrow(dtype, data.data(), Pattern::row(static_cast<std::uint32_t>(data.size())), bytes->data());
  t.data = std::move(bytes);
  tensors.push_back(std::move(t));
  return static_cast<TensorId>(tensors.size() - 1);
}

const char* kind_name(const TileKind& tile) {
  return std::visit(Overload{[](const ConvTile&) { return "conv2d"; },
                             [](const PoolTile& t) { return t.kind == Pool::Kind::max ? "max_pool" : "average_pool"; },
                             [](const ResizeTile&) { return "resize"; }, [](const FlatTile&) { return "elementwise"; },
                             [](const AffineTile&) { return "affine"; }, [](const MatMulTile&) { return "matmul"; },
                             [](const SoftmaxTile&) { return "softmax"; }, [](const ReduceTile&) { return "reduce"; },
                             [](const CopyTile&) { return "copy"; }},
                    tile);
}

std::vector<TensorId> reads(const TileKind& tile) {
  std::vector<TensorId> ids = std::visit(Overload{[](const ConvTile& t) {
                                                    return std::vector{t.x, t.residual, t.weights};
                                                  },
                                                  [](const PoolTile& t) {
                                                    return std::vector{t.x, t.divisors};
                                                  },
                                                  [](const FlatTile& t) {
                                                    return std::vector{t.a, t.b};
                                                  },
                                                  [](const MatMulTile& t) {
                                                    return std::vector{t.a, t.b};
                                                  },
                                                  [](const auto& t) { return std::vector{t.x}; }},
                                         tile);
  std::erase(ids, kNoTensor);
  return ids;
}

std::vector<TensorId> writes(const TileKind& tile) {
  std::vector<TensorId> ids = std::visit(Overload{[](const ConvTile& t) {
                                                    return std::vector{t.y, t.also};
                                                  },
                                                  [](const auto& t) { return std::vector{t.y}; }},
                                         tile);
  std::erase(ids, kNoTensor);
  return ids;
}

std::string print(const TileProgram& program) {
  std::string text = fmt::format("tiles {} compute {} dram {} params {}\n", program.name, name(program.compute),
                                 program.dram_bytes, program.params.size());
  for (std::size_t i = 0; i < program.tensors.size(); ++i) {
    const TileTensor& t = program.tensors[i];
    text += fmt::format("  %{} {} {} {} {}", i, role_name(t.role), name(t.dtype), shape_text(t.shape), t.name);
    text +=
        t.parent == kNoTensor ? fmt::format(" @{}\n", t.offset) : fmt::format(" in %{}+{}\n", t.parent, t.parent_start);
  }
  for (const TileOp& op : program.ops)
    text += fmt::format("  {} {} {}\n", kind_name(op.tile), op.name, tile_text(op.tile));
  return text;
}

void verify(const TileProgram& program, const std::string& pass) {
  const auto fail = [&](const TileOp& op, const std::string& what) {
    throw Error(ErrorKind::internal, pass, fmt::format("operator '{}': {}", op.name, what));
  };
  std::vector<bool> has_data(program.tensors.size());
  for (std::size_t i = 0; i < program.tensors.size(); ++i) {
    const TileTensor& t = program.tensors[i];
    has_data[i] = t.role == TileTensor::Role::input || t.role == TileTensor::Role::constant;
    if (t.role == TileTensor::Role::constant &&
        (!t.data || static_cast<std::int64_t>(t.data->size()) != elements(t.shape) * size_of(t.dtype)))
      throw Error(ErrorKind::internal, pass, fmt::format("constant '{}' has no data of its size", t.name));
  }
  for (const TileOp& op : program.ops) {
    for (TensorId id : reads(op.tile))
      if (!has_data[static_cast<std::size_t>(program.root(id))])
        fail(op, fmt::format("reads tensor %{} before anything writes it", id));
    for (TensorId id : writes(op.tile)) {
      const TensorId y = program.root(id);
      if (program.tensor(y).role == TileTensor::Role::constant || program.tensor(y).role == TileTensor::Role::input)
        fail(op, "writes an input or a constant");
      has_data[static_cast<std::size_t>(y)] = true;
    }
    const ConvTile* conv = std::get_if<ConvTile>(&op.tile);
    if (!conv) continue;
    for (const Phase& phase : conv->phases) {
      std::vector<int> covered(phase.taps.size());
      const int blocks =
          conv->replicas.size() > 1
              ? 1
              : 1 + std::max_element(phase.steps.begin(), phase.steps.end(), [](const KStep& a, const KStep& b) {
                      return a.block < b.block;
                    })->block;
      for (const KStep& step : phase.steps)
        for (int tap : step.taps)
          if (tap >= 0) ++covered[static_cast<std::size_t>(tap)];
      for (int times : covered)
        if (times != blocks) fail(op, "a tap is not covered exactly once per channel block");
    }
  }
}

}  // namespace inf::compiler
