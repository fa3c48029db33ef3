#pragma once
#include <filesystem>
#include <vector>

#include "compiler/import/annotate.h"
#include "compiler/ir/graph.h"
#include "isa/arch/chip_spec.h"
#include "tools/workflow/compile_report.h"
#include "tools/workflow/profile/profile.h"
#include "tools/workflow/workload.h"

namespace inf::workflow {

/// What a run says about every ONNX node: docs/annotate.md has the keys. `nodes` is what became of each.
///
/// What an operator of the chip takes stands at the node that names it, so that `time_ns` adds up over all nodes, those
/// on the host included, to the model's `device_ns` and `host_ns`; a node that was fused says into which.
compiler::OnnxAnnotations annotate_run(const Profile& profile, const Report& report,
                                       const std::vector<compiler::LedgerEntry>& nodes, const arch::ChipSpec& chip);

/// What the compiler expects of every node: of one program, or of several with the host between them.
compiler::OnnxAnnotations annotate_compiled(const std::vector<CompileReport>& programs,
                                            const std::vector<compiler::LedgerEntry>& nodes,
                                            const arch::ChipSpec& chip);

/// Writes the workload's model with the annotations: its ONNX file, or a built-in model as `inf-sim build` writes it.
/// Errors: as annotate_onnx and AtomicFile.
void write_annotated(const Workload& workload, const compiler::OnnxAnnotations& annotations,
                     const std::filesystem::path& file);

/// Refuses before any work: files that cannot be written, that are the model itself, and workloads of several models.
void check_annotated(const Workload& workload, const std::filesystem::path& file);

}  // namespace inf::workflow
