#include "sim/engines/deadlock.h"

#include <limits>
#include <string>

namespace inf::sim {

Error deadlock(std::span<InstructionStream* const> streams, SemaphoreBank& semaphores, Tick now) {
  std::vector<std::string> notes;
  int stuck = 0;
  for (InstructionStream* s : streams) {
    const std::string engine(arch::name(s->engine()));
    const Decoded* d = s->current();
    if (!d) {
      notes.push_back(engine + ": drained");
      continue;
    }
    ++stuck;
    std::string line = s->place() + ": " + isa::name(d->opcode());
    for (const isa::Wait& w : d->inst.waits) {
      if (!w.used) continue;
      const std::int32_t value = semaphores.value(w.semaphore, Tick(std::numeric_limits<std::int64_t>::max()));
      if (value >= w.value) continue;
      line += ", waits for s" + std::to_string(w.semaphore) + " >= " + std::to_string(w.value) + ", which is " +
              std::to_string(value);
    }
    notes.push_back(line);
  }
  return Error(ErrorKind::deadlock, "tick " + std::to_string(now.value),
               "nothing can run: " + std::to_string(stuck) + " of " + std::to_string(streams.size()) +
                   " streams wait for a semaphore that no one will signal",
               notes);
}

}  // namespace inf::sim
