#include <fmt/format.h>
#include <fmt/ranges.h>

#include "compiler/tiles/tile_program.h"
#include "isa/base/overload.h"

// Tile programs as text.
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
  if (t.planes.y.any())
    text += fmt::format(" planes x=${} residual=${} y=${},${} images={} width={}", t.planes.x, t.planes.residual,
                        t.planes.y.stored, t.planes.y.operand, t.planes.images, t.planes.width);
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

std::string order_text(const RowOrder& o) {
  return fmt::format("rows={}+{}x{} sequences={}x{}", o.offset, o.step, o.rows, o.sequence_step, o.sequences);
}

std::string operand_text(const NestOperand& o) {
  if (o.tensor == kNoTensor) return fmt::format("{}", o.immediate);
  return fmt::format("%{}+{}{}", o.tensor, o.start, shape_text(o.step));
}

std::string nest_text(const NestTile& t) {
  std::string text = fmt::format("kind={} op={} act={} size={} loops={} piece={} y={}", static_cast<int>(t.kind),
                                 static_cast<int>(t.op), static_cast<int>(t.act.fn), shape_text(t.size), t.loops,
                                 t.piece, operand_text(t.y));
  for (const NestOperand& o : t.in) text += " " + operand_text(o);
  return text;
}

std::string line_text(const LineTile& t) {
  return fmt::format(
      "kind={} x=%{} y=%{} outer={} n={} inner={} op={} scale={} flags={}{}{}{} on_partitions={} width={} piece={}",
      static_cast<int>(t.kind), t.x, t.y, t.outer, t.n, t.inner, static_cast<int>(t.op), t.scale,
      static_cast<int>(t.exclusive), static_cast<int>(t.reverse), static_cast<int>(t.last),
      static_cast<int>(t.smallest), t.outer_on_partitions ? "outer" : "inner", t.width, t.piece);
}

std::string tile_text(const TileKind& tile) {
  return std::visit(
      Overload{[](const ConvTile& t) { return conv_text(t); },
               [](const PoolTile& t) {
                 return fmt::format("x=%{} y=%{} {} kernel={}x{} stride={},{} rows={}", t.x, t.y,
                                    t.kind == Pool::Kind::max ? "max" : "average", t.kernel[0], t.kernel[1],
                                    t.stride[0], t.stride[1], t.rows) +
                        (t.planes.y.any()
                             ? fmt::format(" planes x=${} y=${},${}", t.planes.x, t.planes.y.stored, t.planes.y.operand)
                             : "");
               },
               [](const PlaneReduceTile& t) {
                 return fmt::format("x=${} y=#{} {} scale={}", t.x, t.y, t.max ? "max" : "average", t.scale);
               },
               [](const PlaneStoreTile& t) { return fmt::format("x=${} y=%{}", t.x, t.y); },
               [](const ResizeTile& t) {
                 return fmt::format("x=%{} y=%{} rows={}\n    vertical{}\n    horizontal{}", t.x, t.y, t.rows,
                                    runs_text(t.vertical), runs_text(t.horizontal));
               },
               [](const FlatTile& t) {
                 return fmt::format("x=%{} y=%{} act={} elements={} chunk={}", t.x, t.y, static_cast<int>(t.act.fn),
                                    t.elements, t.chunk);
               },
               [](const AffineTile& t) {
                 return fmt::format("x=%{} y=%{} scale={} shift={} act={} rows={}", t.x, t.y, t.scale, t.shift,
                                    static_cast<int>(t.act.fn), t.rows);
               },
               [](const SoftmaxTile& t) { return fmt::format("x=%{} y=%{} rows={} n={}", t.x, t.y, t.rows, t.n); },
               [](const ReduceTile& t) {
                 return fmt::format("x=%{} y=%{} op={} rows={} n={}", t.x, t.y, static_cast<int>(t.op), t.rows, t.n);
               },
               [](const CopyTile& t) {
                 return fmt::format("x=%{}+{} y=%{}+{} size={} x_step={} y_step={}{}", t.x, t.x_start, t.y, t.y_start,
                                    shape_text(t.size), shape_text(t.x_step), shape_text(t.y_step),
                                    t.fill ? fmt::format(" fill={}", t.value) : "");
               },
               [](const FetchTile& t) {
                 return fmt::format("x=%{}+{} y=#{} {} row_step={} col_step={}", t.x, t.start, t.y, order_text(t.order),
                                    t.row_step, t.col_step);
               },
               [](const DepositTile& t) { return fmt::format("x=#{} y=%{}+{}", t.x, t.y, t.start); },
               [](const TurnTile& t) {
                 return fmt::format("x=#{}+{} y=#{} {} alpha={}", t.x, t.first, t.y, order_text(t.order), t.alpha);
               },
               [](const LinearTile& t) {
                 return fmt::format("x=#{} w={} y=#{} {} bias={} residual=#{} alpha={} act={} columns={} chunk={}", t.x,
                                    t.w == kNoMatrix ? fmt::format("%{}", t.weights) : fmt::format("#{}", t.w), t.y,
                                    order_text(t.order), t.bias_params >= 0 ? t.bias_params : t.bias, t.residual,
                                    t.alpha, static_cast<int>(t.act.fn), t.column_block, t.chunk_blocks);
               },
               [](const NormTile& t) {
                 return fmt::format("x=#{} tokens=#{} features=#{} epsilon={}{}", t.x, t.y_tokens, t.y_features,
                                    t.epsilon, t.center ? "" : " around zero");
               },
               [](const AttentionTile& t) {
                 return fmt::format(
                     "q=#{} k=#{} v=#{} y=#{} mask=%{} batch={} heads={} rows={} keys={} pitch={} pack={}", t.q, t.k,
                     t.v, t.y, t.mask, t.batch, t.heads, t.rows, t.keys, t.pitch, t.pack);
               },
               [](const MatrixMapTile& t) {
                 return fmt::format("a=#{} b=#{} row=%{} y=#{} op={} immediate={} act={}", t.a, t.b, t.row, t.y,
                                    t.has_op ? static_cast<int>(t.op) : -1, t.immediate, static_cast<int>(t.act.fn));
               },
               [](const LoopTile& t) {
                 return fmt::format("trips={} stop=#{} condition=%{}", t.trips, t.stop, t.condition);
               },
               [](const EndLoopTile& t) { return fmt::format("stop=#{} condition=%{}", t.stop, t.condition); },
               [](const NestTile& t) { return nest_text(t); },
               [](const LineTile& t) { return line_text(t); },
               [](const TransposeTile& t) {
                 return fmt::format("x=%{} y=%{} size={} x_step={} y_step={} rows={}/{} columns={}/{} piece={}", t.x,
                                    t.y, shape_text(t.size), shape_text(t.x_step), shape_text(t.y_step), t.rows,
                                    t.x_row, t.columns, t.y_column, t.piece);
               },
               [](const RowTile& t) {
                 return fmt::format("table=%{} index=%{} rows=%{} outer={} n={} inner={} count={} wraps={}", t.table,
                                    t.index, t.rows, t.outer, t.n, t.inner, t.count, t.wraps);
               }},
      tile);
}

const char* line_kind_name(const LineTile& t) {
  switch (t.kind) {
    case LineTile::Kind::reduce: return "reduce";
    case LineTile::Kind::running: return "cumsum";
    case LineTile::Kind::arg_max: return "argmax";
  }
  return "";
}

const char* nest_kind_name(const NestTile& t) {
  switch (t.kind) {
    case NestTile::Kind::copy: return "copy";
    case NestTile::Kind::binary: return "elementwise";
    case NestTile::Kind::where: return "where";
    case NestTile::Kind::truncate: return "cast";
  }
  return "";
}

}  // namespace

const char* kind_name(const TileKind& tile) {
  return std::visit(Overload{[](const ConvTile&) { return "conv2d"; },
                             [](const PoolTile& t) { return t.kind == Pool::Kind::max ? "max_pool" : "average_pool"; },
                             [](const ResizeTile&) { return "resize"; },
                             [](const FlatTile&) { return "elementwise"; },
                             [](const AffineTile&) { return "affine"; },
                             [](const SoftmaxTile&) { return "softmax"; },
                             [](const ReduceTile&) { return "reduce"; },
                             [](const CopyTile&) { return "copy"; },
                             [](const NestTile& t) { return nest_kind_name(t); },
                             [](const LineTile& t) { return line_kind_name(t); },
                             [](const TransposeTile&) { return "transpose"; },
                             [](const RowTile& t) { return t.kind == RowTile::Kind::gather ? "gather" : "scatter"; },
                             [](const FetchTile&) { return "fetch"; },
                             [](const DepositTile&) { return "deposit"; },
                             [](const TurnTile&) { return "turn"; },
                             [](const LinearTile&) { return "linear"; },
                             [](const NormTile&) { return "layer_norm"; },
                             [](const AttentionTile&) { return "attention"; },
                             [](const MatrixMapTile&) { return "elementwise"; },
                             [](const LoopTile&) { return "loop"; },
                             [](const EndLoopTile&) { return "end_loop"; },
                             [](const PlaneReduceTile& t) { return t.max ? "max_pool" : "average_pool"; },
                             [](const PlaneStoreTile&) { return "store"; }},
                    tile);
}

std::string print(const TileProgram& program) {
  std::string text = fmt::format("tiles {} compute {} dram {} params {}\n", program.name, name(program.compute),
                                 program.dram_bytes, program.params.size());
  for (std::size_t i = 0; i < program.tensors.size(); ++i) {
    const TileTensor& t = program.tensors[i];
    text += fmt::format("  %{} {} {} {} {}", i, role_name(t.role), name(t.dtype), shape_text(t.shape), t.name);
    text += t.parent == kNoTensor ? fmt::format(" @{}", t.offset) : fmt::format(" in %{}+{}", t.parent, t.parent_start);
    text += t.pin >= 0 ? fmt::format(" stays sbuf@{}+{}\n", t.pin, t.pinned) : "\n";
  }
  for (std::size_t i = 0; i < program.matrices.size(); ++i) {
    const Matrix& m = program.matrices[i];
    text += fmt::format("  #{} {} {} [{},{}] {}", i, m.tokens() ? "tokens" : "features", name(m.dtype), m.rows, m.cols,
                        m.name);
    if (m.group != m.pitch) text += fmt::format(" heads of {} every {}", m.group, m.pitch);
    text += m.spill != kNoTensor ? fmt::format(" in %{}\n", m.spill) : fmt::format(" @{}\n", m.offset);
  }
  for (std::size_t i = 0; i < program.planes.size(); ++i) {
    const Plane& p = program.planes[i];
    text += fmt::format("  ${} {} [{},{},{},{}] border {},{},{},{} {} @{}\n", i, name(p.dtype), p.images, p.channels,
                        p.rows, p.cols, p.border.top, p.border.left, p.border.bottom, p.border.right, p.name, p.offset);
  }
  for (const TileOp& op : program.ops)
    text += fmt::format("  {} {} {}\n", kind_name(op.tile), op.name, tile_text(op.tile));
  return text;
}

}  // namespace inf::compiler
