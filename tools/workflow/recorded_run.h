#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "isa/program/program.h"
#include "sim/kernel/simulate.h"
#include "sim/observers/recorder.h"
#include "sim/observers/spans.h"
#include "tools/workflow/report.h"

namespace inf::workflow {

/// How closely a run is watched.
enum class Detail : std::uint8_t {
  operators,     ///< stretches of engines and queues by operator
  tiles,         ///< instructions up to the one that hands its result on
  instructions,  ///< all of them
};
constexpr std::string_view name(Detail d) {
  switch (d) {
    case Detail::operators: return "operator";
    case Detail::tiles: return "tile";
    case Detail::instructions: return "instruction";
  }
  return "";
}

/// One call of a program as it was watched. Ticks in it count from the call's start.
struct RecordedProgram {
  std::string name;  ///< ProgramImage::name
  int chip = 0, core = 0;
  double start_ns = 0;  ///< on the device's time line of the run: programs of one core follow one another
  std::vector<isa::SourceOp> ops;
  std::vector<isa::TensorEntry> tensors;  ///< without their data
  sim::Spans spans;
  sim::Recording recording;  ///< empty at the level of operators
  sim::Counters counters;
  Tick end;
  std::vector<EngineUse> engines;      ///< as the report of a run with this program alone has them
  std::vector<OperatorUse> operators;  ///< likewise, parallel to `ops`
};

/// Operators that ran on the host between programs.
struct RecordedHost {
  std::string first_node;
  double start_ns = 0, ns = 0;
};

/// Everything that was watched in a run. Programs and host segments of one call lie one after the other, without the
/// runtime's part between them.
struct RecordedRun {
  Detail detail = Detail::instructions;
  std::vector<RecordedProgram> programs;
  std::vector<RecordedHost> host;
  double end_ns = 0;  ///< of everything so far; where the next program of core 0 starts
  /// Called with each program before it runs; may draw it and start it over.
  std::function<void(isa::ProgramSource&, const arch::ChipSpec&)> before;

  bool instructions() const { return detail != Detail::operators; }
  /// The same run as if it had been watched at the level of operators.
  RecordedRun without_instructions() const;
};

/// Watches one call of a program for a recorded run.
class ProgramWatch {
 public:
  ProgramWatch(const isa::ProgramImage& image, const arch::ChipSpec& chip, Detail detail);
  /// Observers to hand to the simulation.
  std::vector<sim::Observer*> observers();
  /// What was seen; `at_ns` is where the call starts on the run's time line.
  RecordedProgram take(const sim::SimResult& result, double at_ns);

 private:
  const isa::ProgramImage& image_;
  bool instructions_;
  sim::SpanRecorder spans_;
  sim::Recorder recorder_;
};

/// A watch over one call of `program` for `run`, which is told of the program; nothing where `run` is null.
std::optional<ProgramWatch> watch_program(RecordedRun* run, isa::ProgramSource& program, const arch::ChipSpec& chip);

}  // namespace inf::workflow
