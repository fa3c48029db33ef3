#pragma once
#include <SQLiteCpp/SQLiteCpp.h>

#include "isa/arch/chip_spec.h"
#include "tools/workflow/profile/profile.h"
#include "tools/workflow/recorded_run.h"

namespace inf::workflow {

/// Fills OpcodeSummary and, where they were recorded, Instruction, Stall, DmaTransfer, DmaPacketAggregated and
/// SemaphoreUpdate.
void write_events(SQLite::Database& database, const RecordedRun& run, const Profile& profile);

}  // namespace inf::workflow
