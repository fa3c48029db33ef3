#pragma once
#include <string>
#include <variant>

#include "tools/workflow/content_key.h"
#include "tools/workflow/ocr.h"
#include "tools/workflow/sweep/case.h"

namespace inf::workflow::sweep {

/// What a case runs: a model, or a page through two of them.
using Runnable = std::variant<Workload, Pipeline>;

/// The hash of everything that decides a case's outcome. Names and places of files, titles and sources do not.
std::string case_key(const Case& c, const Runnable& runnable, FileHashes& hashes);

}  // namespace inf::workflow::sweep
