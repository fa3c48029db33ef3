#include <doctest/doctest.h>

#include "tests/tools/workflow/sweep/sweep_text.h"
#include "tools/workflow/sweep/sweep_fields.h"

using namespace inf::workflow;
using namespace inf::workflow::sweep;

TEST_CASE("a whole file") {
  const Sweep sweep = sweep_of(R"(title: array shape
workloads:
  - file: ../../workloads/craft.yaml
    weight: 2
  - ../../workloads/parseq.yaml
set: {compile.cores: 2}
parameters:
  chip.tensor.columns: [32, 64]
constraints: chip.tensor.columns <= 64
objectives: [throughput, accuracy]
limits: {latency: 50ms, throughput: 20, usd_per_million: 3, accuracy: 0.9}
strategy: {kind: nsga2, budget: 2000, seed: 7, population: 40, islands: 3}
mode: both
timeout: 60s
)");
  CHECK(sweep.name == "s");
  CHECK(sweep.title == "array shape");
  REQUIRE(sweep.workloads.size() == 2);
  CHECK(sweep.workloads[0].name == "craft");
  CHECK(sweep.workloads[0].file == std::filesystem::path(INF_SOURCE_DIR) / "workloads/craft.yaml");
  CHECK(sweep.workloads[0].weight == 2);
  CHECK(sweep.workloads[1].weight == 1);
  CHECK(sweep.objectives == std::vector{Metric::throughput, Metric::accuracy});
  REQUIRE(sweep.limits.size() == 4);
  CHECK(sweep.limits[0].bound == 50e6);
  CHECK(sweep.limits[2].bound == 3);
  CHECK(sweep.strategy.kind == StrategyKind::nsga2);
  CHECK(*sweep.strategy.budget == 2000);
  CHECK(sweep.strategy.seed == 7);
  CHECK(sweep.strategy.population == 40);
  CHECK(sweep.strategy.islands == 3);
  CHECK(sweep.mode == RunOptions::Mode::both);
  CHECK(sweep.timeout_s == 60);
}

TEST_CASE("what holds where a file says nothing") {
  const Sweep sweep = craft_sweep("parameters: {chip.tensor.columns: [32]}");
  CHECK(sweep.title == "s");
  CHECK(sweep.objectives == std::vector{Metric::latency, Metric::usd_per_million});
  CHECK(sweep.strategy.kind == StrategyKind::grid);
  CHECK(!sweep.strategy.budget);
  CHECK(sweep.strategy.seed == 1);
  CHECK(sweep.mode == RunOptions::Mode::timing);
  CHECK(sweep.timeout_s == 300);
  CHECK(craft_sweep("parameters: {chip.tensor.columns: [32]}\nstrategy: sobol").strategy.kind == StrategyKind::sobol);
}

TEST_CASE("the shipped sweeps can be read") {
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(INF_SOURCE_DIR "/configs/sweeps")) {
    CAPTURE(entry.path().string());
    CHECK(!read_sweep(entry.path()).space.axes.empty());
    ++files;
  }
  CHECK(files >= 3);
}

TEST_CASE("every key of the table stands on the page") {
  const std::string page = sweep_markdown();
  for (const SweepField& field : sweep_fields()) CHECK(page.find(field.path) != std::string::npos);
}

TEST_CASE("what parameters cannot be") {
  struct Row {
    const char *parameters, *says;
  };
  const Row rows[] = {
      {"chip.tensor.row: [64]", "s.yaml:3:3: unknown key chip.tensor.row; did you mean 'chip.tensor.rows'?"},
      {"chip.tensor.rows: [64, 512]", "s.yaml:3:26: chip.tensor.rows = 512 is outside 1..256"},
      {"chip.tensor.rows: [64, 64.0]", "s.yaml:3:26: chip.tensor.rows = 64 is given twice"},
      {"chip.tensor.rows: [64.5]", "s.yaml:3:22: chip.tensor.rows = 64.5 is no whole number"},
      {"chip.tensor.rows: [many]", "s.yaml:3:22: chip.tensor.rows = many is no number"},
      {"chip.tensor.rows: [64KiB]", "s.yaml:3:22: chip.tensor.rows = 64KiB is no number"},
      {"chip.tensor.rows: [[64]]", "s.yaml:3:22: a value of chip.tensor.rows is a list; a whole number is needed"},
      {"chip.tensor.rows: []", "s.yaml:3:21: chip.tensor.rows has no value to take"},
      {"chip.tensor.rows: 64",
       "s.yaml:3:21: chip.tensor.rows is no list of values and no range such as {from: 1, to: 64, factor: 2}; one "
       "value "
       "for every point stands under `set`"},
      {"chip.tensor.rows: {from: 1, step: 1}", "s.yaml:3:21: chip.tensor.rows has no `to`; a range has two ends"},
      {"chip.tensor.rows: {from: 1, to: 999, step: 1}", "s.yaml:3:35: chip.tensor.rows.to = 999 is outside 1..256"},
      {"chip.tensor.rows: {from: 1, to: 64}", "s.yaml:3:21: chip.tensor.rows needs one of step, factor and count"},
      {"chip.tensor.rows: {from: 1, to: 64, step: 1, factor: 2}",
       "s.yaml:3:21: chip.tensor.rows needs one of step, factor and count"},
      {"chip.tensor.rows: {from: 64, to: 1, step: 1}",
       "s.yaml:3:21: chip.tensor.rows goes from 64 down to 1; from is the lesser end"},
      {"chip.tensor.rows: {from: 1, to: 64, step: 0.5}",
       "s.yaml:3:21: chip.tensor.rows = 1.5 in this range is no whole number"},
      {"chip.tensor.rows: {from: 1, to: 64, step: 0}", "s.yaml:3:45: chip.tensor.rows.step = 0 is no number above 0"},
      {"chip.tensor.rows: {from: 1, to: 64, stepp: 1}",
       "s.yaml:3:21: chip.tensor.rows needs one of step, factor and count\n  s.yaml:3:39: unknown key "
       "chip.tensor.rows.stepp; did you mean 'step'?"},
      {"chip.tensor.rows: {from: 1, to: 4, count: 9}",
       "s.yaml:3:21: chip.tensor.rows takes 1 twice in this range; ask for fewer values"},
      {"chip.tensor.rows: {from: 1, to: 64, step: 1, scale: log}",
       "s.yaml:3:55: chip.tensor.rows.scale = log goes with count"},
      {"chip.dma.queue_ns: {from: 0, to: 64, factor: 2}",
       "s.yaml:3:22: chip.dma.queue_ns starts at 0, which no factor moves; use step, or count with scale: linear"},
      {"chip.dma.queue_ns: {from: 0, to: 20000, step: 1}",
       "s.yaml:3:22: chip.dma.queue_ns has more than 10000 values in this range"},
      {"compile.auto_cast: {from: 1, to: 2, step: 1}",
       "s.yaml:3:22: compile.auto_cast takes a text; a range is for numbers"},
      {"compile.auto_cast: [al]",
       "s.yaml:3:23: auto_cast = al is none of none, matmult, all; did you "
       "mean "
       "'all'?"},
      {"chip.tensor.dtypes: [bf16, bf17]", "s.yaml:3:30: chip.tensor.dtypes = bf17 is no dtype; did you mean 'bf16'?"},
      {"chip.tensor.dtypes: [[]]", "s.yaml:3:24: a value of chip.tensor.dtypes is empty; a list of dtypes is needed"},
      {"chip.dma.casts: [yes]", "s.yaml:3:20: chip.dma.casts = yes is neither true nor false"},
      {"chip.memory.kind: [HMB]", "s.yaml:3:22: chip.memory.kind = HMB is none of HBM, DRAM"},
      {"chip: [inf3]",
       "s.yaml:3:10: chip = inf3 is not known; did you mean 'inf1'? (known: big, inf1, "
       "inf2, trainium1; or give the path of a YAML file)"},
      {"chip: [./none.yaml]",
       "s.yaml:3:10: chip = ./none.yaml cannot be taken: ./none.yaml: cannot be read; give the path of a file that "
       "exists"},
      {"instance: [inf2]",
       "s.yaml:3:14: instance = inf2 is not known; did you mean 'inf2.xlarge'? (known: big.xlarge, big.16xlarge, "
       "inf1.xlarge, inf1.2xlarge, inf1.6xlarge, inf1.24xlarge, inf2.xlarge, inf2.8xlarge, inf2.24xlarge, "
       "inf2.48xlarge, trn1.2xlarge, trn1.32xlarge; or give the path of an instance file)"},
      {"workload.target.chip: [inf1]\n  chip: [inf2]",
       "s.yaml:4:3: chip under `parameters` is given already, under `parameters` on line 3"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.parameters);
    CHECK(refusal(std::string("workload: ../../workloads/craft.yaml\nparameters:\n  ") + row.parameters) == row.says);
  }
}

TEST_CASE("what links and constraints cannot be") {
  struct Row {
    const char *lines, *says;
  };
  const Row rows[] = {
      {"constraints: [chip.tensor.rows <]", "s.yaml:3:15: 'chip.tensor.rows <' is no formula: it ends too early"},
      {"constraints: [chip.tensor.rows = 64]",
       "s.yaml:3:15: 'chip.tensor.rows = 64' is no formula: '=' sets a value; == compares two"},
      {"constraints: [chip.tensor.rows * 2]",
       "s.yaml:3:15: 'chip.tensor.rows * 2' compares nothing; write a condition such as chip.tensor.rows <= 64"},
      {"constraints: [chip.tensor.row < 2]",
       "s.yaml:3:15: 'chip.tensor.row < 2': unknown key chip.tensor.row; did you mean 'chip.tensor.rows'?"},
      {"constraints: [compile.auto_cast == 2]",
       "s.yaml:3:15: 'compile.auto_cast == 2': compile.auto_cast is a text; a formula takes numbers"},
      {"constraints: [workload.inputs.words < 2]",
       "s.yaml:3:15: 'workload.inputs.words < 2': workload.inputs.words has no number: workloads/craft.yaml does not "
       "say "
       "it; give it under `set` or `parameters`"},
      {"constraints: [{a: b}]",
       "s.yaml:3:15: constraints has a part that is no condition such as chip.tensor.rows <= 64"},
      {"constraints: [chip.tensor.rows > 100]",
       "s.yaml:2:13: no point meets all links and constraints: of 2 combinations of levels that were tried, "
       "'chip.tensor.rows > 100' rejects 2, more than any other"},
      {"constraints: [chip.tensor.rows > 32, chip.tensor.rows < 64]",
       "s.yaml:2:13: no point meets all links and constraints: of 2 combinations of levels that were tried, "
       "'chip.tensor.rows > 32' rejects 1, more than any other"},
      {"link: {chip.vector.lanes: chip.tensor.rows * 1000}",
       "s.yaml:2:13: no point meets all links and constraints: of 2 combinations of levels that were tried, "
       "'chip.tensor.rows * 1000' rejects 2, more than any other"},
      {"link: {chip.tensor.rows: 5}",
       "s.yaml:3:8: chip.tensor.rows under `link` is given already, under `parameters` on line 2"},
      {"link: {compile.auto_cast: 5}", "s.yaml:3:8: compile.auto_cast takes a text; a formula gives numbers"},
      {"link: {chip.vector.lanes: [5]}", "s.yaml:3:27: chip.vector.lanes needs a formula such as chip.tensor.rows * 2"},
      {"link: {chip.vector.lanes: chip.scalar.lanes, chip.scalar.lanes: chip.vector.lanes + 1}",
       "s.yaml:3:27: links go in a circle: chip.vector.lanes uses chip.scalar.lanes uses chip.vector.lanes"},
      {"link: {chip.vector.lanes: chip.vector.lanes * 2}",
       "s.yaml:3:27: links go in a circle: chip.vector.lanes uses chip.vector.lanes"},
      {"link: [5]", "s.yaml:3:7: link is no map of keys such as chip.tensor.rows"},
      {"set: {chip.tensor.rows: 64}",
       "s.yaml:2:14: chip.tensor.rows under `parameters` is given already, under `set` on line 3"},
      {"set: {chip.tensor.columns: [64]}",
       "s.yaml:3:28: a value of chip.tensor.columns is a list; a whole number is needed"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.lines);
    CHECK(refusal(std::string("workload: ../../workloads/craft.yaml\nparameters: {chip.tensor.rows: [32, 64]}\n") +
                  row.lines) == row.says);
  }
}

TEST_CASE("what the rest of a file cannot be") {
  struct Row {
    const char *lines, *says;
  };
  const std::string parameters = "parameters: {chip.tensor.rows: [32, 64]}\n";
  const Row rows[] = {
      {"", "s.yaml:1:1: a sweep needs one of workload and workloads"},
      {"workload: a.yaml\nworkloads: [b.yaml]", "s.yaml:3:12: a sweep needs one of workload and workloads"},
      {"workload: none.yaml", "s.yaml:2:11: workload = none.yaml is no file; none.yaml was looked for"},
      {"workloads: []",
       "s.yaml:2:12: workloads is no list of workload files, or of maps such as {file: craft.yaml, weight: 2}"},
      {"workloads: [{file: ../../workloads/craft.yaml, weight: 0}]",
       "s.yaml:2:56: workloads[0].weight = 0 is outside 1e-06..1000000"},
      {"workloads: [../../workloads/craft.yaml, ../../workloads/craft.yaml]",
       "s.yaml:2:41: workloads[1] = ../../workloads/craft.yaml is given twice"},
      {"workload: ../chips/inf2.yaml", ""},
      {"objective: [latency]", ""},
      {"objectives: []", "s.yaml:2:13: objectives is empty; name at least one, such as latency"},
      {"objectives: [latancy]",
       "s.yaml:2:14: objectives has latancy, which is none of latency, throughput, usd_per_million, energy, accuracy; "
       "did you mean 'latency'?"},
      {"objectives: [latency, latency]", "s.yaml:2:23: objectives has latency twice"},
      {"objectives: [accuracy]", "s.yaml:2:14: objectives has accuracy, which needs values: say mode: both"},
      {"limits: {latency: 50}",
       "s.yaml:2:19: limits.latency: '50' is no duration; write a number and its unit (ns, us, ms or s), such as 50ms"},
      {"limits: {throughput: -1}", "s.yaml:2:22: limits.throughput = -1 is no number above 0"},
      {"limits: {speed: 1}",
       "s.yaml:2:10: limits has speed, which is none of latency, throughput, usd_per_million, energy, accuracy"},
      {"limits: 5", "s.yaml:2:9: limits is no map of bounds such as {latency: 50ms, usd_per_million: 3}"},
      {"strategy: gird", "s.yaml:2:11: strategy = gird is none of grid, random, sobol, nsga2; did you mean 'grid'?"},
      {"strategy: nsga2",
       "s.yaml:2:11: nsga2 needs strategy.budget: how many points it may visit, such as {kind: nsga2, budget: 1000}"},
      {"strategy: {kind: nsga2, budget: 1000, population: 30}",
       "s.yaml:2:51: strategy.population = 30 is no multiple of 4"},
      {"strategy: {kind: nsga2, budget: 50}",
       "s.yaml:2:33: strategy.budget = 50 is less than the first generation: 2 islands of 32 points are 64"},
      {"strategy: {kind: sobol, population: 32}", "s.yaml:2:37: strategy.population = 32 goes with kind: nsga2"},
      {"strategy: {budget: 0}", "s.yaml:2:20: strategy.budget = 0 is outside 1..10000000"},
      {"mode: values", "s.yaml:2:7: mode = values is none of timing, both"},
      {"timeout: 60",
       "s.yaml:2:10: timeout: '60' is no duration; write a number and its unit (ns, us, ms or s), such as 50ms"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.lines);
    const bool names_workload = std::string(row.lines).starts_with("workload") || *row.lines == '\0';
    if (*row.says != '\0')
      CHECK(refusal(parameters + row.lines + (names_workload ? "" : "\nworkload: ../../workloads/craft.yaml")) ==
            row.says);
  }
}

TEST_CASE("a space without a point") {
  const std::string workload = "workload: ../../workloads/craft.yaml\n";
  const std::string way = "the space is empty: `parameters` names no key; an example is chip.tensor.rows: [64, 128]";
  CHECK(refusal(workload) == "s.yaml:1:1: " + way);
  CHECK(refusal(workload + "parameters:\n") == "s.yaml:2:1: " + way);
  CHECK(refusal(workload + "parameters: {}\n") == "s.yaml:2:13: " + way);
  CHECK(refusal("[1]") == "s.yaml:1:1: the file is a list; a map of keys is needed");
}

TEST_CASE("every mistake at once") {
  CHECK(refusal("workload: ../../workloads/craft.yaml\n"
                "parameters:\n"
                "  chip.tensor.row: [64]\n"
                "  chip.tensor.columns: [0]\n"
                "objectives: [speed]\n"
                "stratgy: grid\n") ==
        "s.yaml:3:3: unknown key chip.tensor.row; did you mean 'chip.tensor.rows'?\n"
        "  s.yaml:4:25: chip.tensor.columns = 0 is outside 1..256\n"
        "  s.yaml:5:14: objectives has speed, which is none of latency, throughput, usd_per_million, energy, accuracy\n"
        "  s.yaml:6:1: unknown key stratgy; did you mean 'strategy'?");
}
