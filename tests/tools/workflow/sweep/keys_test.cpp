#include "tools/workflow/sweep/keys.h"

#include <doctest/doctest.h>

#include <set>

#include "isa/arch/instance.h"
#include "isa/arch/parameters.h"
#include "tools/workflow/workload_fields.h"

using namespace inf;
using namespace inf::workflow::sweep;

TEST_CASE("every parameter of a chip and of an instance is a key, with its range") {
  arch::ChipSpec chip;
  for (const arch::Parameter& p : arch::parameters(chip)) {
    CAPTURE(p.path);
    const Key* key = find_key("chip." + std::string(p.path));
    REQUIRE(key != nullptr);
    CHECK(key->file == KeyFile::chip);
    CHECK(key->inner == p.path);
    CHECK(key->low == p.low);
    CHECK(key->high == p.high);
  }
  arch::InstanceSpec instance;
  std::vector<arch::Parameter> all = arch::size_parameters(instance);
  for (const arch::Parameter& p : arch::runtime_parameters(instance.runtime)) all.push_back(p);
  CHECK(all.size() > 15);
  for (const arch::Parameter& p : all) {
    CAPTURE(p.path);
    const Key* key = find_key("instance." + std::string(p.path));
    REQUIRE(key != nullptr);
    CHECK(key->inner == p.path);
  }
}

TEST_CASE("no key is listed twice") {
  std::set<std::string> paths;
  for (const Key& key : sweep_keys()) {
    CAPTURE(key.path);
    CHECK(paths.insert(key.path).second);
    CHECK(find_key(key.path) != nullptr);
  }
}

TEST_CASE("spellings, types and units") {
  struct Row {
    const char *path, *canonical, *inner;
    KeyType type;
    const char* unit;
  };
  const Row rows[] = {
      {"chip", "chip", "", KeyType::text, "-"},
      {"workload.target.chip", "chip", "", KeyType::text, "-"},
      {"chip.tensor.rows", "chip.tensor.rows", "tensor.rows", KeyType::whole, "partitions"},
      {"chip.chip.cores", "chip.cores", "chip.cores", KeyType::whole, "cores"},
      {"chip.cores", "chip.cores", "chip.cores", KeyType::whole, "cores"},
      {"chip.tensor.dtypes", "chip.tensor.dtypes", "tensor.dtypes", KeyType::dtypes, "-"},
      {"chip.dma.casts", "chip.dma.casts", "dma.casts", KeyType::boolean, "-"},
      {"chip.memory.kind", "chip.memory.kind", "memory.kind", KeyType::text, "-"},
      {"chip.memory.bytes_per_ns", "chip.memory.bytes_per_ns", "memory.bytes_per_ns", KeyType::number, "bytes/ns"},
      {"instance", "instance", "", KeyType::text, "-"},
      {"instance.on_demand", "instance.on_demand", "on_demand", KeyType::number, "USD/h"},
      {"instance.runtime.load_ns", "instance.runtime.load_ns", "runtime.load_ns", KeyType::whole, "ns"},
      {"compile.auto_cast", "compile.auto_cast", "compile.auto_cast", KeyType::text, "-"},
      {"workload.compile.cores", "compile.cores", "compile.cores", KeyType::whole, "cores"},
      {"workload.model.batch", "workload.model.batch", "model.batch", KeyType::whole, "-"},
      {"workload.model.modes", "workload.model.modes", "model.modes", KeyType::texts, "-"},
      {"workload.pipeline.batches", "workload.pipeline.batches", "pipeline.batches", KeyType::wholes, "words"},
      {"workload.model.symbols.seq", "workload.model.symbols.seq", "model.symbols.*", KeyType::whole, "-"},
      {"workload.model.shapes.image", "workload.model.shapes.image", "model.shapes.*", KeyType::wholes, "-"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.path);
    const Key* key = find_key(row.path);
    REQUIRE(key != nullptr);
    CHECK(canonical_path(row.path) == row.canonical);
    CHECK(key->inner == row.inner);
    CHECK(name(key->type) == doctest::String(name(row.type)));
    CHECK(key->unit == row.unit);
  }
}

TEST_CASE("what is no key") {
  struct Row {
    const char *path, *says;
  };
  const Row rows[] = {
      {"chip.tensor.row", "unknown key chip.tensor.row; did you mean 'chip.tensor.rows'?"},
      {"tensor.rows", "unknown key tensor.rows; did you mean 'chip.tensor.rows'?"},
      {"row", "unknown key row; did you mean 'chip.tensor.rows'?"},
      {"compile.autocast", "unknown key compile.autocast; did you mean 'compile.auto_cast'?"},
      {"gold_plating", "unknown key gold_plating"},
      {"workload.model.buckets", "unknown key workload.model.buckets; did you mean 'workload.model.builtin'?"},
      {"workload.model.symbols.", "unknown key workload.model.symbols.; did you mean 'workload.model.symbols.*'?"},
      {"workload.checks.max_error",
       "workload.checks.max_error cannot be swept: it changes nothing of what a point is judged by"},
      {"workload.target.instances",
       "workload.target.instances cannot be swept: it changes nothing of what a point is judged by; `chip` and "
       "`instance` name files and sizes"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.path);
    CHECK(find_key(row.path) == nullptr);
    CHECK(unknown_key(row.path) == row.says);
  }
}
