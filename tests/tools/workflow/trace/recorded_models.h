#pragma once
#include <string>

#include "compiler/import/onnx.h"
#include "compiler/pipeline/pipeline.h"
#include "tests/models/transformers.h"
#include "tests/tools/workflow/profile/recorded.h"
#include "tools/workflow/recorded_run.h"
#include "workloads/parseq/parseq.h"

namespace inf::workflow {

inline const arch::ChipSpec& inf2() {
  static const arch::ChipSpec chip = arch::load_chip(INF_SOURCE_DIR "/configs/chips/inf2.yaml");
  return chip;
}

/// One call of a model that is one program, timing alone.
inline RecordedRun record_onnx(const std::string& onnx, const std::string& name, Detail detail) {
  compiler::CompiledModel model = compiler::compile(compiler::import_onnx(onnx, name), inf2());
  ProgramWatch watch(model.source->image(), inf2(), detail);
  sim::SimOptions options;
  options.values = false;
  const sim::SimResult result = sim::simulate(inf2(), *model.source, {}, options, watch.observers());
  RecordedRun run{.detail = detail};
  run.programs.push_back(watch.take(result, 0));
  run.end_ns = arch::Timebase(inf2()).to_ns(result.end);
  return run;
}

inline RecordedRun record_bert(Detail detail) {
  return record_onnx(tests::bert(tests::ExportStyle{}).bytes(), "bert", detail);
}

/// A recogniser that decodes token by token: hardware loops, registers and indirect transfers.
inline std::string small_parseq() {
  workloads::ParseqOptions options;
  options.shape = {.name = "test",
                   .width = 32,
                   .encoder_depth = 1,
                   .encoder_heads = 2,
                   .decoder_heads = 2,
                   .mlp_ratio = 2,
                   .image_height = 8,
                   .image_width = 32};
  options.characters = 4;
  options.mode = workloads::ParseqMode::ar;
  return workloads::parseq_onnx(options);
}

inline RecordedRun record_parseq(Detail detail) { return record_onnx(small_parseq(), "parseq", detail); }

}  // namespace inf::workflow
