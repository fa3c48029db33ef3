#include "tools/workflow/profile/schema.h"

#include <fmt/core.h>

#include "isa/base/error.h"
#include "tools/workflow/profile/metrics.h"

namespace inf::workflow {
namespace {

using Columns = std::vector<ColumnInfo>;

ColumnInfo integer(const char* name, const char* unit, const char* meaning) {
  return {name, "INTEGER", unit, meaning, ""};
}
ColumnInfo real(const char* name, const char* unit, const char* meaning) { return {name, "REAL", unit, meaning, ""}; }
ColumnInfo text(const char* name, const char* meaning) { return {name, "TEXT", "-", meaning, ""}; }
ColumnInfo key(const char* meaning) { return {"id", "INTEGER PRIMARY KEY", "-", meaning, ""}; }
ColumnInfo operator_column() { return integer("operator", "-", "Operator.id; NULL for none"); }
ColumnInfo program_column() { return integer("program", "-", "Program.id"); }

/// What timelines in nanoseconds need, from the columns that count ticks.
ColumnInfo timestamp(const char* from) {
  return {"timestamp", "REAL", "ns", "start, from the start of the call", fmt::format("{} * 1000.0 / {{mhz}}", from)};
}
ColumnInfo duration(const char* from = "duration_ticks") {
  return {"duration", "REAL", "ns", "how long", fmt::format("({}) * 1000.0 / {{mhz}}", from)};
}
ColumnInfo duration_ticks() {
  return {"duration_ticks", "INTEGER", "ticks", "end_ticks - start_ticks", "end_ticks - start_ticks"};
}
ColumnInfo start_ticks() { return integer("start_ticks", "ticks", "from the start of the call"); }
ColumnInfo end_ticks() { return integer("end_ticks", "ticks", "from the start of the call"); }

TableInfo run_table() {
  return {
      "Run",
      "What ran; one row.",
      false,
      {text("workload", "name of the workload"), text("model", "title of the model"), text("chip", "name of the chip"),
       text("chip_title", "title of the chip"), text("chip_hash", "hash of every parameter of the chip"),
       text("precision", "types of operands and stored values"), text("mode", "timing or both"),
       integer("total_ticks", "ticks", "one call on the device, operators on the host included"),
       integer("tick_mhz", "MHz", "ticks of a microsecond")}};
}

TableInfo setting_table() {
  return {"Setting",
          "What the run was made with.",
          false,
          {text("path", "chip.PATH for a parameter of the chip, else a name of the workload's"),
           text("value", "as in the file")}};
}

TableInfo program_table() {
  return {"Program",
          "Calls of programs, one after the other on a core.",
          false,
          {key("position in the run, from 0"), text("name", "of the program"), integer("chip", "-", "of the instance"),
           integer("core", "-", "of the chip"), start_ticks(), integer("ticks", "ticks", "how long"),
           timestamp("start_ticks"), duration("ticks")}};
}

TableInfo host_table() {
  return {"Host",
          "Operators on the host, between programs.",
          false,
          {text("first_node", "ONNX node that they begin with"), start_ticks(), integer("ticks", "ticks", "how long"),
           timestamp("start_ticks"), duration("ticks")}};
}

TableInfo engine_table() {
  return {"Engine",
          "Engines, summed over the cores that ran. busy_ticks and the engine's rows of EngineIdle add up to "
          "Run.total_ticks for each core.",
          false,
          {text("engine", "tensor, vector, scalar, gpsimd, sync, or dma for all DMA engines"),
           integer("busy_ticks", "ticks", "the datapath works; dma: any transfer is served"),
           real("busy", "ns", "the same"), real("utilisation", "-", "busy / time of the run"),
           integer("instruction_count", "instructions", "issued; dma: transfers")}};
}

TableInfo engine_idle_table() {
  return {"EngineIdle",
          "Why engines had nothing to do.",
          false,
          {text("engine", "Engine.engine"), text("reason", "stall reason; inf-sim explain REASON"),
           integer("ticks", "ticks", "how long"), real("idle", "ns", "the same")}};
}

TableInfo operator_table() {
  return {"Operator",
          "Operators of the compiled programs, in the order in which they run.",
          false,
          {key("position in the run, from 0"),
           text("name", "ONNX node that names it"),
           text("kind", "conv2d, matmul, max_pool, ..."),
           text("layer", "module of the model that it belongs to"),
           program_column(),
           integer("start_ticks", "ticks", "the first instruction starts"),
           integer("end_ticks", "ticks", "the last result is visible; neighbours overlap"),
           real("start", "ns", "start_ticks"),
           real("end", "ns", "end_ticks"),
           integer("added_ticks", "ticks", "how much later its program ended because of it"),
           real("added", "ns", "the same"),
           real("share", "-", "added / time of the run"),
           text("bound", "what is busy most of its time, or waiting"),
           real("bound_share", "-", "share of its time in which the busiest engine works"),
           text("busiest", "engine that is busy longest"),
           integer("macs", "multiply-accumulates", "that the model asks for"),
           integer("executed_macs", "multiply-accumulates", "of its matmuls, padding and packing included"),
           integer("hbm_read_bytes", "bytes", "read from device memory"),
           integer("hbm_write_bytes", "bytes", "written to device memory"),
           real("predicted", "ns", "the compiler's estimate of the busiest engine"),
           text("decision", "the compiler's: tile shape, packing, chunks"),
           integer("matmuls", "instructions", "matmul instructions"),
           real("rows_used", "-", "of the array while its matmuls keep it busy"),
           real("columns_used", "-", "likewise"),
           integer("weight_switch_ticks", "ticks",
                   "the array changed to other weights; 0 where instructions were not recorded"),
           integer("transfers", "transfers", "that it triggered"),
           integer("descriptors", "descriptors", "of its transfers; 0 where instructions were not recorded"),
           integer("dma_bytes", "bytes", "through the DMA engines; 0 where instructions were not recorded"),
           integer("path_ticks", "ticks", "its part of the critical path; 0 where instructions were not recorded")}};
}

TableInfo operator_node_table() {
  return {"OperatorNode",
          "ONNX nodes that were fused into an operator.",
          false,
          {integer("operator", "-", "Operator.id"), text("node", "name of the node")}};
}

TableInfo operator_time_table() {
  return {"OperatorTime",
          "Busy time of engines for an operator; where two overlap on an engine, the earlier one's.",
          false,
          {integer("operator", "-", "Operator.id"), text("engine", "Engine.engine"),
           integer("busy_ticks", "ticks", "how long"), real("busy", "ns", "the same")}};
}

TableInfo operator_path_table() {
  return {"OperatorPath",
          "An operator's part of the critical path by cause; adds up to Operator.path_ticks.",
          true,
          {integer("operator", "-", "Operator.id"), text("cause", "inf-sim explain CAUSE"),
           integer("ticks", "ticks", "how long")}};
}

TableInfo critical_path_table() {
  return {"CriticalPath",
          "What the latency consists of: stretches without a gap from the start to Run.total_ticks.",
          true,
          {key("position, from 0"), start_ticks(), end_ticks(), text("engine", "Engine.engine, or host"),
           operator_column(), text("cause", "inf-sim explain CAUSE"),
           integer("pc", "-", "of the instruction, or of the one that triggered the transfer; NULL for none"),
           text("opcode", "of the instruction"), duration_ticks(), timestamp("start_ticks"), duration()}};
}

TableInfo usage_table() {
  return {
      "Usage",
      "Curves over time: the memories and rates that SbufUsage, PsumUsage, MemoryBandwidth and PendingDma have steps "
      "of.",
      true,
      {key("of the curve"), text("of", "SBUF, PSUM, PSUM bank 0, device memory read, ..."),
       text("unit", "of its values"), real("limit_value", "the curve's unit", "what there is of it; 0 for no limit"),
       integer("chip", "-", "of the instance"), integer("core", "-", "of the chip")}};
}

TableInfo steps_table(const char* name, const char* meaning) {
  return {name,
          meaning,
          true,
          {integer("usage", "-", "Usage.id"), integer("ticks", "ticks", "from here on"),
           real("value", "Usage.unit", "so much"), timestamp("ticks")}};
}

TableInfo what_if_table() {
  return {"WhatIf",
          "What a parameter of the chip does to the latency, near its value.",
          true,
          {text("parameter", "path in the chip's file"), text("unit", "of the parameter"),
           real("value", "unit", "as it is"), real("lower", "unit", "a step below"),
           real("upper", "unit", "a step above"), integer("ticks_lower", "ticks", "latency at lower"),
           integer("ticks_upper", "ticks", "latency at upper"), text("method", "how the latency there was found"),
           real("elasticity", "-",
                "relative change of the latency over that of the parameter: -1 is half the time with twice of it")}};
}

TableInfo finding_table() {
  return {"Finding",
          "Advice, best gain first.",
          true,
          {key("rank, from 0"), text("condition", "what was seen"), text("cause", "why"), text("advice", "what to try"),
           real("gain", "ns", "expected"), real("gain_share", "-", "of the latency")}};
}

TableInfo warning_table() {
  return {"Warning",
          "Thresholds of the vendor's tools that the run is beyond.",
          false,
          {text("text", "in words"), text("metric", "that was judged"), text("condition", "that holds"),
           real("value", "as the condition", "of the run"), real("threshold", "as the condition", "of the condition")}};
}

TableInfo metric_table_info() {
  return {"Metric",
          "Every metric that the recording gives.",
          false,
          {text("name", "of the metric"), text("unit", "of its value"), text("definition", "what it is"),
           real("value", "unit", "of the run")}};
}

TableInfo summary_table() {
  TableInfo table{
      "Summary", "The metrics as columns of one row; NULL for those that the recording does not give.", false, {}};
  for (const MetricRow& row : metric_table()) table.columns.push_back({row.name, "REAL", row.unit, row.definition, ""});
  return table;
}

TableInfo opcode_table() {
  return {"OpcodeSummary",
          "Instructions by engine and opcode.",
          false,
          {text("engine", "Engine.engine"), text("opcode", "name of the instruction; docs/isa.md"),
           integer("count", "instructions", "issued"),
           integer("duration_ticks", "ticks", "summed; NULL where instructions were not recorded"), duration()}};
}

TableInfo weights_table() {
  return {"Weights",
          "The weights of all programs; one row, none for a model without weights.",
          false,
          {integer("bytes", "bytes", "of all"), integer("resident", "bytes", "that stay in SBUF from call to call"),
           integer("streamed", "bytes", "that each call loads"), real("stream", "ns", "at bytes_per_ns"),
           real("bytes_per_ns", "bytes/ns", "sustained rate of the core's DMA engines"),
           real("load", "ns", "what stays is loaded, once with the model")}};
}

TableInfo roofline_table() {
  return {"Roofline",
          "Work against traffic; one row, none for several models.",
          false,
          {integer("macs", "multiply-accumulates", "that the model asks for"),
           integer("executed_macs", "multiply-accumulates", "of the matmuls, padding and packing included"),
           integer("hbm_read_bytes", "bytes", "read from device memory"),
           integer("hbm_write_bytes", "bytes", "written to device memory"),
           real("peak_tflops", "Tflop/s", "of the array with operands of the run's type"),
           real("bytes_per_ns", "bytes/ns", "that one core can draw from device memory"),
           real("intensity", "flop/byte", "work over traffic"),
           real("attainable_tflops", "Tflop/s", "the lower of peak and intensity x bytes_per_ns"),
           real("achieved_tflops", "Tflop/s", "of the run")}};
}

TableInfo instruction_table() {
  return {"Instruction",
          "Instructions as they ran; passes of loops are rows of their own.",
          true,
          {key("in the order of issue, over all programs, from 0"),
           program_column(),
           text("engine", "Engine.engine"),
           integer("pc", "-", "position in the engine's stream, from 0; the same in every pass of a loop"),
           text("opcode", "name of the instruction; docs/isa.md"),
           operator_column(),
           integer("start_ticks", "ticks", "the datapath begins"),
           integer("end_ticks", "ticks", "the datapath is free again"),
           integer("visible_ticks", "ticks", "the result can be read"),
           integer("partitions", "partitions", "that it writes; NULL where it writes nothing"),
           integer("elements", "elements", "that it writes on each partition"),
           integer("rows", "partitions", "matmul: contraction partitions"),
           text("dst", "memory that it writes"),
           integer("dst_partition", "partition", "first that it writes"),
           integer("dst_offset", "bytes", "of the first byte that it writes, in each partition or in device memory"),
           integer("stall_ticks", "ticks", "summed over its rows of Stall"),
           integer("wait_semaphore", "-", "that it waited for; NULL for none"),
           integer("wait_value", "-", "least value of it"),
           integer("wait_instruction", "-", "Instruction.id whose update made it true"),
           integer("wait_transfer", "-", "DmaTransfer.id whose update made it true"),
           integer("wait2_semaphore", "-", "its second wait"),
           integer("wait2_value", "-", "likewise"),
           integer("wait2_instruction", "-", "likewise"),
           integer("wait2_transfer", "-", "likewise"),
           duration_ticks(),
           timestamp("start_ticks"),
           duration()}};
}

TableInfo stall_table() {
  return {"Stall",
          "Why instructions did not start earlier.",
          true,
          {integer("instruction", "-", "Instruction.id"), text("engine", "Engine.engine"),
           text("reason", "inf-sim explain REASON; datapath is no idle time"), start_ticks(), end_ticks(),
           integer("semaphore", "-", "that was waited for"), text("signaller", "engine or queue that signalled it"),
           duration_ticks(), timestamp("start_ticks"), duration()}};
}

TableInfo transfer_table() {
  return {"DmaTransfer",
          "Transfers as they ran.",
          true,
          {key("in the order of completion, over all programs, from 0"), program_column(),
           text("queue", "q, the engine that triggers it, and the queue's number"),
           integer("instruction", "-", "Instruction.id that triggered it"), operator_column(),
           integer("triggered_ticks", "ticks", "the trigger retired"), start_ticks(), end_ticks(),
           text("src", "memory that it reads"), text("dst", "memory that it writes"),
           integer("bytes", "bytes", "written at the destination"),
           integer("hbm_read_bytes", "bytes", "read from device memory"),
           integer("hbm_write_bytes", "bytes", "written to device memory"),
           integer("descriptors", "descriptors", "runs of bytes that are contiguous on both sides"), duration_ticks(),
           timestamp("start_ticks"), duration()}};
}

TableInfo packet_table() {
  return {"DmaPacketAggregated",
          "What one DMA engine did of one transfer.",
          true,
          {integer("transfer", "-", "DmaTransfer.id"), integer("dma_engine", "-", "from 0"),
           integer("bytes", "bytes", "through the engine"), start_ticks(), end_ticks(), duration_ticks(),
           timestamp("start_ticks"), duration()}};
}

TableInfo semaphore_table() {
  return {"SemaphoreUpdate",
          "Updates of semaphores.",
          true,
          {program_column(), integer("semaphore", "-", "number of the semaphore"),
           integer("ticks", "ticks", "becomes visible"), text("kind", "add, subtract or write"),
           integer("value", "-", "added, subtracted or written"),
           integer("instruction", "-", "Instruction.id that made it; NULL for a transfer's"),
           integer("transfer", "-", "DmaTransfer.id that made it; NULL for an instruction's"), timestamp("ticks")}};
}

std::vector<TableInfo> all_tables() {
  return {run_table(),
          setting_table(),
          program_table(),
          host_table(),
          engine_table(),
          engine_idle_table(),
          operator_table(),
          operator_node_table(),
          operator_time_table(),
          operator_path_table(),
          critical_path_table(),
          usage_table(),
          steps_table("SbufUsage", "Bytes of SBUF that hold values still to be read."),
          steps_table("PsumUsage", "Bytes of PSUM that hold values still to be read, in all and by bank."),
          steps_table("MemoryBandwidth", "Rates drawn from device memory."),
          steps_table("PendingDma", "Transfers that were triggered and have not ended."),
          what_if_table(),
          finding_table(),
          warning_table(),
          metric_table_info(),
          summary_table(),
          opcode_table(),
          weights_table(),
          roofline_table(),
          instruction_table(),
          stall_table(),
          transfer_table(),
          packet_table(),
          semaphore_table()};
}

}  // namespace

std::span<const TableInfo> profile_tables() {
  static const std::vector<TableInfo> tables = all_tables();
  return tables;
}

const TableInfo& profile_table(std::string_view name) {
  for (const TableInfo& table : profile_tables())
    if (table.name == name) return table;
  throw Error(ErrorKind::internal, "profile.db", fmt::format("has no table {}", name));
}

std::string create_statement(const TableInfo& table, std::int64_t tick_mhz) {
  std::string columns;
  for (const ColumnInfo& column : table.columns) {
    columns += fmt::format("{}\"{}\" {}", columns.empty() ? "" : ", ", column.name, column.type);
    if (!column.formula.empty())
      columns += fmt::format(" AS ({})", fmt::format(fmt::runtime(column.formula), fmt::arg("mhz", tick_mhz)));
  }
  return fmt::format("CREATE TABLE \"{}\" ({})", table.name, columns);
}

}  // namespace inf::workflow
