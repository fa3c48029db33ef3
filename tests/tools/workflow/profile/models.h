#pragma once
#include <string>

#include "compiler/import/onnx.h"
#include "compiler/pipeline/placement.h"
#include "isa/arch/chip_config.h"
#include "sim/kernel/simulate.h"
#include "sim/observers/recorder.h"
#include "workloads/cnn/cnn.h"
#include "workloads/craft/craft.h"
#include "workloads/encoder/encoder.h"
#include "workloads/parseq/parseq.h"

// Built-in models, small enough for tests, with what their programs do on a chip.
namespace inf::workflow::test {

inline arch::ChipSpec chip(const std::string& name) {
  return arch::load_chip(INF_SOURCE_DIR "/configs/chips/" + name + ".yaml");
}

inline compiler::Graph craft(std::int64_t side) {
  workloads::CraftOptions options;
  options.height = options.width = side;
  options.weights = {workloads::WeightChoice::Source::random, 1, {}};
  return compiler::import_onnx(workloads::craft_onnx(options), "craft");
}
inline compiler::Graph cnn(const std::string& name, std::int64_t side) {
  workloads::CnnOptions options;
  options.shape = *workloads::find_cnn(name);
  options.height = options.width = side;
  return compiler::import_onnx(workloads::cnn_onnx(options), name);
}
/// A BERT of any size.
inline compiler::Graph bert(std::int64_t depth, std::int64_t width, std::int64_t sequence) {
  workloads::EncoderOptions options;
  options.shape.depth = depth;
  options.shape.width = width;
  options.shape.heads = width / 64;
  options.shape.hidden = width * 4;
  options.shape.vocabulary = 2000;
  options.sequence = sequence;
  return compiler::import_onnx(workloads::encoder_onnx(options), "bert");
}
inline compiler::Graph parseq(workloads::ParseqMode mode, std::int64_t characters) {
  workloads::ParseqOptions options;
  options.shape = workloads::parseq_tiny();
  options.mode = mode;
  options.characters = characters;
  return compiler::import_onnx(workloads::parseq_onnx(options), "parseq");
}

inline compiler::PlacedModel compiled(const compiler::Graph& graph, const arch::ChipSpec& chip) {
  return compiler::compile_placed(graph, chip, {}, compiler::HostOperators::allow);
}

struct Recorded {
  sim::Recording recording;
  Tick end;
};
inline Recorded record(const arch::ChipSpec& chip, isa::ProgramSource& program) {
  sim::SimOptions options;
  options.values = false;
  options.check_hazards = false;
  sim::Recorder recorder(chip.semaphores.count);
  sim::Observer* const observers[] = {&recorder};
  program.rewind();
  const Tick end = sim::simulate(chip, program, {}, options, observers).end;
  return {recorder.take(), end};
}

}  // namespace inf::workflow::test
