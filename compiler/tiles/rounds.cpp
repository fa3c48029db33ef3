#include "compiler/tiles/rounds.h"

#include <fmt/format.h>

#include <algorithm>

namespace inf::compiler {
namespace {

using Role = TileTensor::Role;

/// Appends the rounds after the first to a program.
class Rounds {
 public:
  Rounds(Lowered& lowered, std::int64_t rounds)
      : program_(lowered.program), estimates_(lowered.estimates), rounds_(rounds) {}

  void run() {
    const std::vector<TileTensor> tensors = program_.tensors;
    const std::vector<Matrix> matrices = program_.matrices;
    const std::vector<TileOp> ops = program_.ops;
    const std::vector<OpEstimate> estimates = estimates_;
    program_.ops.clear();
    estimates_.clear();
    for (TileTensor& t : program_.tensors)
      if (sliced(t)) t.shape[0] *= rounds_;
    for (std::int64_t round = 0; round < rounds_; ++round) {
      std::vector<TensorId> tensor_ids = place_tensors(tensors, round);
      const auto first = static_cast<MatrixId>(round == 0 ? 0 : program_.matrices.size());
      if (round > 0) program_.matrices.insert(program_.matrices.end(), matrices.begin(), matrices.end());
      for (std::size_t i = 0; i < ops.size(); ++i) {
        TileOp op = ops[i];
        map_ids(
            op.tile, [&](TensorId id) { return tensor_ids[static_cast<std::size_t>(id)]; },
            [&](MatrixId id) { return first + id; });
        program_.ops.push_back(std::move(op));
        OpEstimate estimate = estimates[i];
        estimate.decision += fmt::format(", round {} of {}", round + 1, rounds_);
        estimates_.push_back(std::move(estimate));
      }
    }
  }

 private:
  static bool sliced(const TileTensor& t) { return t.role == Role::input || t.role == Role::output; }

  /// The tensors of one round by the ids that they have in the first program.
  std::vector<TensorId> place_tensors(const std::vector<TileTensor>& tensors, std::int64_t round) {
    std::vector<TensorId> ids(tensors.size());
    const auto add = [&](TileTensor t) {
      program_.tensors.push_back(std::move(t));
      return static_cast<TensorId>(program_.tensors.size() - 1);
    };
    for (std::size_t i = 0; i < tensors.size(); ++i) {
      TileTensor t = tensors[i];
      ids[i] = static_cast<TensorId>(i);
      if (sliced(t)) {
        t.role = Role::scratch;
        t.parent = static_cast<TensorId>(i);
        t.parent_start = round * elements(t.shape);
        ids[i] = add(std::move(t));
      } else if (t.role != Role::constant && (round > 0 || t.parent != kNoTensor)) {
        ids[i] = add(std::move(t));
      }
    }
    for (std::size_t i = 0; i < tensors.size(); ++i)
      if (tensors[i].parent != kNoTensor)
        program_.tensor(ids[i]).parent = ids[static_cast<std::size_t>(tensors[i].parent)];
    return ids;
  }

  TileProgram& program_;
  std::vector<OpEstimate>& estimates_;
  const std::int64_t rounds_;
};

/// How often an operator reads its x from start to end.
std::int64_t passes_over_x(const TileProgram& program, const LinearTile& t) {
  const std::int64_t chunk = t.chunk_blocks * t.column_block;
  return chunk == 0 ? 1 : (program.matrix(t.y).slots() + chunk - 1) / chunk;
}

}  // namespace

Lowered in_rounds(Lowered part, std::int64_t rounds) {
  Rounds(part, rounds).run();
  return part;
}

bool spills(const TileProgram& program) {
  return std::any_of(program.matrices.begin(), program.matrices.end(),
                     [](const Matrix& m) { return m.spill != kNoTensor; });
}

std::int64_t streamed_bytes(const TileProgram& program) {
  std::int64_t sum = 0;
  const auto spilled = [&](MatrixId id) {
    const Matrix& m = program.matrix(id);
    return m.spill == kNoTensor ? 0 : m.rows * m.slots() * size_of(m.dtype);
  };
  for (const TileOp& op : program.ops) {
    const auto* linear = std::get_if<LinearTile>(&op.tile);
    for (const MatrixId id : matrices_read(op.tile))
      sum += spilled(id) * (linear && id == linear->x ? passes_over_x(program, *linear) : 1);
    for (const MatrixId id : matrices_written(op.tile)) sum += spilled(id);
    if (linear && linear->w == kNoMatrix) {
      const TileTensor& w = program.tensor(linear->weights);
      sum += elements(w.shape) * size_of(w.dtype);
    }
  }
  return sum;
}

}  // namespace inf::compiler
