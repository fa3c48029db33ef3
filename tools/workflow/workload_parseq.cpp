#include "tools/workflow/workload_parseq.h"

#include <fmt/core.h>

#include "isa/base/error.h"
#include "tools/workflow/field_reader.h"

namespace inf::workflow {

void read_parseq_keys(arch::Section& model, WorkloadFile::Model& into, arch::Problems& problems) {
  FieldReader read(model, "model", problems);
  into.variant = read.text("variant");
  into.characters = read.integer("characters");
  into.modes = read.texts("modes");
  into.refine = read.integer("refine");
}

BuiltinParseq resolve_parseq(const WorkloadFile& file, const Overrides& overrides, workloads::WeightChoice weights) {
  if (overrides.size || !overrides.bind.empty() || !overrides.buckets.empty())
    throw Error(ErrorKind::usage,
                overrides.size           ? "--size"
                : overrides.bind.empty() ? "--bucket"
                                         : "--bind",
                "is not for the built-in parseq, whose sizes are model.variant, characters and batch");
  const WorkloadFile::Model& from = file.model;
  BuiltinParseq parseq;
  parseq.weights = std::move(weights);
  if (from.variant) parseq.shape = workloads::parse_parseq_variant(from.variant->text, from.variant->place);
  parseq.characters = from.characters.value_or(parseq.characters);
  parseq.refine = from.refine.value_or(parseq.refine);
  parseq.batch = overrides.batch ? *overrides.batch : from.batch.value_or(parseq.batch);
  for (const PlacedText& mode : from.modes) {
    parseq.modes.push_back(workloads::parse_parseq_mode(mode.text, mode.place));
    if (parseq.modes.back() == workloads::ParseqMode::step)
      throw Error(ErrorKind::config, mode.place, "model.modes: step is a part of a decoding and reads no words");
    if (parseq.modes.back() == workloads::ParseqMode::fixed && from.characters &&
        *from.characters != workloads::kCaseCharacters)
      throw Error(ErrorKind::config, mode.place,
                  fmt::format("model.modes: static has {} characters, but model.characters = {}",
                              workloads::kCaseCharacters, *from.characters));
  }
  if (parseq.modes.empty()) parseq.modes.push_back(workloads::ParseqMode::ar);
  return parseq;
}

workloads::ParseqOptions parseq_options(const BuiltinParseq& parseq, workloads::ParseqMode mode,
                                        const arch::ChipSpec& chip) {
  workloads::ParseqOptions options;
  options.shape = parseq.shape;
  options.mode = mode;
  options.characters = parseq.characters;
  options.refine = parseq.refine;
  options.batch = parseq.batch;
  options.weights = parseq.weights;
  options.early_end = chip.sequencer.loops;
  if (mode == workloads::ParseqMode::fixed) {
    options.characters = workloads::kCaseCharacters;
    options.batch = 1;
    options.refine = 0;
  }
  return options;
}

}  // namespace inf::workflow
