#include "isa/program/rules.h"
#include "isa/program/table_rows.h"

namespace inf::isa {
namespace {

const Access& row_side(const DmaGather& op) { return op.dst; }
const Access& row_side(const DmaScatter& op) { return op.src; }
const char* row_field(const DmaGather&) { return "dst"; }
const char* row_field(const DmaScatter&) { return "src"; }

Violation copies_only(DType a, DType b, bool accumulate, const arch::ChipSpec& chip) {
  if (chip.dma.casts || (a == b && !accumulate)) return ok();
  return violated("{} can only copy by DMA, neither cast nor add", chip.name);
}

void indirect(RuleTable& table) {
  add_rule<DmaGather, DmaScatter>(
      table, "index is one int32 for each partition of dst or src", "fact sheet 4.6",
      [](const auto& op, const RuleContext&) {
        const Access& rows = row_side(op);
        return first_of(op.index.dtype == DType::int32 ? ok() : wrong_dtype("index", op.index.dtype, "int32"),
                        holds("index", op.index, 1),
                        differs("index.partitions", op.index.partitions, fmt::format("{}.partitions", row_field(op)),
                                rows.partitions));
      });
  add_rule<DmaGather, DmaScatter>(
      table,
      "table is one partition whose outer dimensions count limit rows and whose inner ones hold the elements of a row",
      "fact sheet 4.6", [](const auto& op, const RuleContext&) {
        const std::int64_t row = row_side(op).elements_per_partition();
        const auto split = split_rows(op.table.free, row);
        if (!split)
          return violated("no inner dimensions of table hold the {} elements of a row of {}", row, row_field(op));
        return first_of(outside("table.partitions", op.table.partitions, 1, 1),
                        differs("limit", op.limit, "rows of table", split->count()));
      });
}

}  // namespace

void add_dma_rules(RuleTable& table) {
  add_rule<DmaCopy>(table, "dst and src have equally many elements", "fact sheet 4.6",
                    [](const auto& op, const RuleContext&) {
                      return differs("elements of dst", op.dst.elements(), "elements of src", op.src.elements());
                    });
  add_rule<DmaCopy>(table, "with an address from a register it is triggered by gpsimd, which builds the descriptors",
                    "fact sheet 4.6, 5.2", [](const auto& op, const RuleContext& c) {
                      const Access& dynamic = op.dst.base_register != 0 ? op.dst : op.src;
                      if (dynamic.base_register == 0 || c.engine == arch::Engine::gpsimd) return ok();
                      return violated("{} uses r{} on the {} engine; only gpsimd builds descriptors at run time",
                                      &dynamic == &op.dst ? "dst" : "src", dynamic.base_register - 1,
                                      arch::name(c.engine));
                    });
  add_rule<DmaCopy, DmaGather, DmaScatter>(
      table, "queue is below dma.queues", "fact sheet 5.1",
      [](const auto& op, const RuleContext& c) { return outside("queue", op.queue, 0, c.chip.dma.queues - 1); });
  add_rule<DmaCopy>(table, "dtypes differ and accumulate is set only where dma.casts", "fact sheet 5.1",
                    [](const auto& op, const RuleContext& c) {
                      return copies_only(op.dst.dtype, op.src.dtype, op.accumulate, c.chip);
                    });
  add_rule<DmaGather>(
      table, "dtypes differ only where dma.casts", "fact sheet 5.1",
      [](const auto& op, const RuleContext& c) { return copies_only(op.dst.dtype, op.table.dtype, false, c.chip); });
  add_rule<DmaScatter>(table, "dtypes differ and accumulate is set only where dma.casts", "fact sheet 5.1",
                       [](const auto& op, const RuleContext& c) {
                         return copies_only(op.table.dtype, op.src.dtype, op.accumulate, c.chip);
                       });
  indirect(table);
}

}  // namespace inf::isa
