#include "compiler/tiles/tile_program.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "isa/base/error.h"
#include "isa/base/overload.h"
#include "isa/numerics/rows.h"

namespace inf::compiler {
namespace {

std::vector<std::byte> narrowed(const std::vector<float>& data, DType dtype) {
  std::vector<std::byte> bytes(data.size() * static_cast<std::size_t>(size_of(dtype)));
  numerics::narrow(dtype, data.data(), Pattern::row(static_cast<std::uint32_t>(data.size())), bytes.data());
  return bytes;
}

}  // namespace

TensorId TileProgram::add_constant(const std::string& tensor_name, const std::vector<float>& data, Shape shape,
                                   DType dtype) {
  return add_constant_bytes(tensor_name, std::make_shared<const std::vector<std::byte>>(narrowed(data, dtype)),
                            std::move(shape), dtype);
}

TensorId TileProgram::add_constant(const std::string& tensor_name, std::function<std::vector<float>()> make,
                                   Shape shape, DType dtype) {
  const auto size = static_cast<std::size_t>(elements(shape) * size_of(dtype));
  isa::ConstantData data(size, [make = std::move(make), dtype] { return narrowed(make(), dtype); });
  return add_constant_bytes(tensor_name, std::move(data), std::move(shape), dtype);
}

TensorId TileProgram::add_integers(const std::string& tensor_name, const std::vector<std::int32_t>& data, Shape shape) {
  auto bytes = std::make_shared<std::vector<std::byte>>(data.size() * sizeof(std::int32_t));
  std::memcpy(bytes->data(), data.data(), bytes->size());
  return add_constant_bytes(tensor_name, std::move(bytes), std::move(shape), DType::int32);
}

TensorId TileProgram::add_constant_bytes(const std::string& tensor_name, isa::ConstantData bytes, Shape shape,
                                         DType dtype) {
  TileTensor t;
  t.name = tensor_name;
  t.role = TileTensor::Role::constant;
  t.dtype = dtype;
  t.shape = std::move(shape);
  t.data = std::move(bytes);
  tensors.push_back(std::move(t));
  return static_cast<TensorId>(tensors.size() - 1);
}

namespace {

template <class Id>
std::vector<Id> present(std::initializer_list<Id> ids) {
  std::vector<Id> list(ids);
  std::erase(list, Id{-1});
  return list;
}

}  // namespace

std::vector<TensorId> reads(const TileKind& tile) {
  using Ids = std::vector<TensorId>;
  return std::visit(
      Overload{[](const ConvTile& t) -> Ids {
                 return present({t.planes.x == kNoPlane ? t.x : kNoTensor, t.residual, t.weights});
               },
               [](const PoolTile& t) -> Ids {
                 return present({t.planes.x == kNoPlane ? t.x : kNoTensor, t.divisors});
               },
               [](const PlaneReduceTile&) -> Ids { return {}; }, [](const PlaneStoreTile&) -> Ids { return {}; },
               [](const LinearTile& t) -> Ids {
                 return present({t.weights, t.bias});
               },
               [](const NormTile& t) -> Ids {
                 return present({t.scale, t.shift});
               },
               [](const AttentionTile& t) -> Ids { return present({t.mask}); },
               [](const MatrixMapTile& t) -> Ids { return present({t.row}); },
               [](const DepositTile&) -> Ids { return {}; }, [](const TurnTile&) -> Ids { return {}; },
               [](const LoopTile& t) -> Ids { return present({t.condition}); },
               [](const EndLoopTile& t) -> Ids { return present({t.condition}); },
               [](const NestTile& t) -> Ids {
                 Ids in;
                 for (const NestOperand& o : t.in)
                   if (o.tensor != kNoTensor) in.push_back(o.tensor);
                 return in;
               },
               [](const RowTile& t) -> Ids {
                 return t.kind == RowTile::Kind::gather ? Ids{t.table, t.index} : Ids{t.table, t.index, t.rows};
               },
               [](const auto& t) -> Ids { return present({t.x}); }},
      tile);
}

std::vector<TensorId> writes(const TileKind& tile) {
  using Ids = std::vector<TensorId>;
  return std::visit(
      Overload{[](const ConvTile& t) -> Ids {
                 return t.planes.y.any() ? Ids{} : present({t.y, t.also});
               },
               [](const PoolTile& t) -> Ids { return t.planes.y.any() ? Ids{} : present({t.y}); },
               [](const PlaneReduceTile&) -> Ids { return {}; }, [](const FetchTile&) -> Ids { return {}; },
               [](const TurnTile&) -> Ids { return {}; }, [](const LinearTile&) -> Ids { return {}; },
               [](const NormTile&) -> Ids { return {}; }, [](const AttentionTile&) -> Ids { return {}; },
               [](const MatrixMapTile&) -> Ids { return {}; }, [](const LoopTile&) -> Ids { return {}; },
               [](const EndLoopTile&) -> Ids { return {}; }, [](const NestTile& t) -> Ids { return {t.y.tensor}; },
               [](const RowTile& t) -> Ids { return present({t.kind == RowTile::Kind::gather ? t.rows : t.table}); },
               [](const auto& t) -> Ids { return present({t.y}); }},
      tile);
}

std::vector<MatrixId> matrices_read(const TileKind& tile) {
  using Ids = std::vector<MatrixId>;
  return std::visit(
      Overload{[](const DepositTile& t) -> Ids { return {t.x}; }, [](const TurnTile& t) -> Ids { return {t.x}; },
               [](const LinearTile& t) -> Ids {
                 return present({t.x, t.w, t.residual});
               },
               [](const NormTile& t) -> Ids { return {t.x}; },
               [](const AttentionTile& t) -> Ids {
                 return {t.q, t.k, t.v};
               },
               [](const MatrixMapTile& t) -> Ids {
                 return present({t.a, t.b});
               },
               [](const EndLoopTile& t) -> Ids { return {t.stop}; }, [](const auto&) -> Ids { return {}; }},
      tile);
}

std::vector<MatrixId> matrices_written(const TileKind& tile) {
  using Ids = std::vector<MatrixId>;
  return std::visit(
      Overload{[](const FetchTile& t) -> Ids { return {t.y}; }, [](const TurnTile& t) -> Ids { return {t.y}; },
               [](const LinearTile& t) -> Ids { return {t.y}; },
               [](const NormTile& t) -> Ids {
                 return present({t.y_tokens, t.y_features});
               },
               [](const AttentionTile& t) -> Ids { return {t.y}; }, [](const MatrixMapTile& t) -> Ids { return {t.y}; },
               [](const LoopTile& t) -> Ids { return {t.stop}; }, [](const EndLoopTile& t) -> Ids { return {t.stop}; },
               [](const RowTile& t) -> Ids { return present({t.y}); },
               [](const PlaneReduceTile& t) -> Ids { return {t.y}; }, [](const auto&) -> Ids { return {}; }},
      tile);
}

std::vector<PlaneId> planes_read(const TileKind& tile) {
  using Ids = std::vector<PlaneId>;
  return std::visit(
      Overload{[](const ConvTile& t) -> Ids {
                 return present({t.planes.x, t.planes.residual});
               },
               [](const PoolTile& t) -> Ids { return present({t.planes.x}); },
               [](const PlaneReduceTile& t) -> Ids { return {t.x}; },
               [](const PlaneStoreTile& t) -> Ids { return {t.x}; }, [](const auto&) -> Ids { return {}; }},
      tile);
}

std::vector<PlaneId> planes_written(const TileKind& tile) {
  using Ids = std::vector<PlaneId>;
  const auto forms = [](const PlaneForms& y) -> Ids { return present({y.stored, y.operand}); };
  return std::visit(
      Overload{[&](const ConvTile& t) -> Ids { return forms(t.planes.y); },
               [&](const PoolTile& t) -> Ids { return forms(t.planes.y); }, [](const auto&) -> Ids { return {}; }},
      tile);
}

void map_ids(TileKind& tile, const std::function<TensorId(TensorId)>& tensor,
             const std::function<MatrixId(MatrixId)>& matrix) {
  const auto tensors = [&](auto&... ids) { ((ids = ids == kNoTensor ? ids : tensor(ids)), ...); };
  const auto matrices = [&](auto&... ids) { ((ids = ids == kNoMatrix ? ids : matrix(ids)), ...); };
  std::visit(Overload{[&](ConvTile& t) { tensors(t.x, t.y, t.residual, t.weights, t.also); },
                      [&](PoolTile& t) { tensors(t.x, t.y, t.divisors); },
                      [&](NestTile& t) {
                        tensors(t.y.tensor);
                        for (NestOperand& o : t.in) tensors(o.tensor);
                      },
                      [&](RowTile& t) { tensors(t.table, t.index, t.rows), matrices(t.y); },
                      [&](FetchTile& t) { tensors(t.x), matrices(t.y); },
                      [&](DepositTile& t) { matrices(t.x), tensors(t.y); }, [&](TurnTile& t) { matrices(t.x, t.y); },
                      [&](LinearTile& t) { matrices(t.x, t.y, t.residual, t.w), tensors(t.weights, t.bias); },
                      [&](NormTile& t) { matrices(t.x, t.y_tokens, t.y_features), tensors(t.scale, t.shift); },
                      [&](AttentionTile& t) { matrices(t.q, t.k, t.v, t.y), tensors(t.mask); },
                      [&](MatrixMapTile& t) { matrices(t.a, t.b, t.y), tensors(t.row); },
                      [&](LoopTile& t) { matrices(t.stop), tensors(t.condition); },
                      [&](EndLoopTile& t) { matrices(t.stop), tensors(t.condition); },
                      [&](PlaneReduceTile& t) { matrices(t.y); }, [&](PlaneStoreTile& t) { tensors(t.y); },
                      [&](auto& t) { tensors(t.x, t.y); }},
             tile);
}

std::vector<std::pair<int, int>> loops(const std::vector<TileOp>& ops) {
  std::vector<std::pair<int, int>> list;
  for (std::size_t i = 0; i < ops.size(); ++i) {
    if (std::holds_alternative<LoopTile>(ops[i].tile)) list.push_back({static_cast<int>(i), -1});
    if (std::holds_alternative<EndLoopTile>(ops[i].tile)) list.back().second = static_cast<int>(i);
  }
  return list;
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
        (!t.data || static_cast<std::int64_t>(t.data.size()) != elements(t.shape) * size_of(t.dtype)))
      throw Error(ErrorKind::internal, pass, fmt::format("constant '{}' has no data of its size", t.name));
  }
  std::vector<bool> made(program.matrices.size()), filled(program.planes.size());
  for (const TileOp& op : program.ops) {
    for (MatrixId id : matrices_read(op.tile))
      if (!made[static_cast<std::size_t>(id)]) fail(op, fmt::format("reads matrix #{} before anything writes it", id));
    for (MatrixId id : matrices_written(op.tile)) made[static_cast<std::size_t>(id)] = true;
    for (PlaneId id : planes_read(op.tile))
      if (!filled[static_cast<std::size_t>(id)]) fail(op, fmt::format("reads plane ${} before anything writes it", id));
    for (PlaneId id : planes_written(op.tile)) filled[static_cast<std::size_t>(id)] = true;
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
