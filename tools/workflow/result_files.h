#pragma once
#include <filesystem>

#include "tools/workflow/run.h"

namespace inf::workflow {

/// Writes report.txt, report.json and, where there are any, boxes.json, page_boxes.png and NAME.npy into `folder`, each
/// whole or not at all, and sets report.files to their names. Files that the report.json of an earlier run in the
/// folder names, and that this run does not write, are removed: nothing in it is older than the report. Errors: usage
/// when the folder cannot be made or written.
void write_results(RunResult& result, const std::filesystem::path& folder, bool with_outputs);

}  // namespace inf::workflow
