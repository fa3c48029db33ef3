#include "tools/workflow/batch_fit.h"

#include <doctest/doctest.h>

#include "compiler/pipeline/device_memory.h"
#include "isa/arch/chip_config.h"
#include "isa/base/error.h"
#include "tools/workflow/files.h"
#include "tools/workflow/model.h"

using namespace inf;
using namespace inf::workflow;

namespace {

Workload resnet(std::int64_t batch) {
  workloads::CnnOptions cnn;
  cnn.shape = *workloads::find_cnn("resnet18");
  cnn.batch = batch;
  cnn.height = cnn.width = 32;
  Workload workload;
  workload.model = BuiltinCnn{cnn};
  return workload;
}

std::int64_t need(std::int64_t batch, const arch::ChipSpec& chip) {
  return compiler::device_memory_need(load_graph(resnet(batch)), chip, {}).bytes;
}

}  // namespace

TEST_CASE("a batch that exceeds device memory is refused, naming the tensor and the largest batch that fits") {
  arch::ChipSpec chip = arch::load_chip(find_config("chips", "inf2", {}, "test"));
  const std::int64_t five = need(5, chip), six = need(6, chip);
  REQUIRE(five < six);
  chip.memory.bytes = six - 1;
  CHECK(largest_batch(resnet(8), chip, {}, 8) == 5);
  CHECK_NOTHROW(compile_workload(resnet(5), load_graph(resnet(5)), chip, {}));
  try {
    compile_workload(resnet(8), load_graph(resnet(8)), chip, {});
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(exit_code(error.kind()) == 2);
    CHECK(error.message().find("bytes of device memory, inf2 has") != std::string::npos);
    REQUIRE(error.notes().size() == 4);
    CHECK(error.notes()[0].find("the largest of its tensors, '") == 0);
    CHECK(error.notes()[2].find("raise chip.memory.bytes from ") == 0);
    CHECK(error.notes()[3] == "the largest batch that fits is 5");
  }
}

TEST_CASE("where not even one fits, that is said") {
  arch::ChipSpec chip = arch::load_chip(find_config("chips", "inf2", {}, "test"));
  chip.memory.bytes = need(1, chip) - 1;
  try {
    compile_workload(resnet(2), load_graph(resnet(2)), chip, {});
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.notes().back() == "not even a batch of 1 fits");
  }
}

TEST_CASE("an error that is not about memory stays as it is") {
  arch::ChipSpec chip = arch::load_chip(find_config("chips", "inf1", {}, "test"));
  Workload workload;
  workload.model = BuiltinEncoder{};
  auto& encoder = std::get<BuiltinEncoder>(workload.model).options;
  encoder.shape.depth = 1;
  encoder.shape.vocabulary = 50;
  encoder.batch = 2;
  encoder.sequence = 8;
  try {
    compile_workload(workload, load_graph(workload), chip, {});  // no engine of Inf1 forms addresses from values
    FAIL("no error");
  } catch (const Error& error) {
    for (const std::string& note : error.notes()) CHECK(note.find("batch") == std::string::npos);
  }
}
