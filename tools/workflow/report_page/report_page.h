#pragma once
#include <string>

#include "tools/workflow/profile/profile.h"
#include "tools/workflow/recorded_run.h"
#include "tools/workflow/run.h"

namespace inf::workflow {

/// What a page is made from.
struct PageSource {
  const Workload& workload;  ///< names chip, instance and model files; of a page of words the detector's
  std::string document;      ///< what `--json` gives for the run
  const RecordedRun& record;
  const Profile* profile = nullptr;  ///< of the recording; nothing where nothing ran on the chip
  const RunResult* model = nullptr;  ///< of a single model: outputs and their fp32 reference
  const Image* page = nullptr;       ///< the picture with what was found in it
};

/// One HTML page that needs nothing else: where the time of a run went, how close the results are, what was run on
/// what. Equal runs give equal pages but for what stands between "<!-- host -->" and "<!-- /host -->".
/// Size: grows with operators and with the lines of the picture, not with instructions: the time line has a bounded
/// number of stretches, the memory curves of points. Errors: those of reading chip and instance file.
std::string report_page(const PageSource& source);

}  // namespace inf::workflow
