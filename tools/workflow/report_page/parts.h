#pragma once
#include <nlohmann/json.hpp>

#include "isa/arch/chip_spec.h"
#include "tools/workflow/report_page/calls.h"
#include "tools/workflow/report_page/report_page.h"

namespace inf::workflow::page {

/// Parts of the page's data, each a member of the object that its scripts read. Times are ticks where a name says so,
/// else ns.

/// Operators with their use, what the critical path says of each, and what engines waited for while they worked for it.
nlohmann::ordered_json operators(const Calls& calls, const RecordedRun& record);

/// The critical path as exact sums over (engine, cause, operator); they add up to `ticks`. Without a recording of
/// instructions: what each operator added to the run.
nlohmann::ordered_json breakdown(const Profile& profile);

/// What-if, findings, metrics, programs, and the roofs of one core of `chip` for operands of `dtype`.
nlohmann::ordered_json profile(const Calls& calls, const arch::ChipSpec& chip, DType dtype);

/// What causes on the critical path and stall reasons mean, by name: the words of `inf-sim explain`.
nlohmann::ordered_json words();

/// Engines, queues, host and critical path over time, by operator. At most about 26 000 stretches: beyond that, the
/// shortest neighbours are drawn as one, and `resolution_ticks` says how short.
nlohmann::ordered_json timeline(const Calls& calls, const RecordedRun& record);

/// Memory in use and rates drawn, as mean and maximum over equal parts of the time.
nlohmann::ordered_json usage(const Profile& profile);

/// The picture and the score maps as images, the largest outputs of classifiers, the distribution of errors.
nlohmann::ordered_json comparison(const PageSource& source);

/// Every parameter with its origin, prices, options, and hashes of the files that went in.
nlohmann::ordered_json configuration(const PageSource& source);

}  // namespace inf::workflow::page
