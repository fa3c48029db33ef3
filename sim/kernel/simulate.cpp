#include "sim/kernel/simulate.h"

#include "sim/kernel/simulate_cores.h"

namespace inf::sim {

SimResult simulate(const arch::ChipSpec& chip, isa::ProgramSource& program, const std::vector<TensorData>& inputs,
                   const SimOptions& options, std::span<Observer* const> observers,
                   std::function<void(const Progress&)> progress) {
  const CoreProgram only{
      .program = &program, .inputs = &inputs, .observers = observers, .progress = std::move(progress)};
  return std::move(simulate_cores(chip, std::span(&only, 1), options).cores.front().result);
}

}  // namespace inf::sim
