#include <fmt/core.h>

#include <cmath>

#include "tools/workflow/format.h"
#include "tools/workflow/layer_errors.h"

namespace inf::workflow {
namespace {

constexpr auto kLeft = Table::Align::left, kRight = Table::Align::right;

std::string decibels(double db) {
  if (std::isnan(db)) return "NaN";
  return std::isinf(db) ? (db > 0 ? "exact" : "overflow") : fmt::format("{:.1f} dB", db);
}

}  // namespace

std::string layer_errors_text(const LayerErrors& errors) {
  Table table({kLeft, kLeft, kLeft, kRight, kRight, kRight, kLeft});
  table.row({"operator", "type", "dtype", "local SNR", "accumulated", "share", ""});
  std::size_t exact = 0, unmeasured = 0;
  for (std::size_t i = 0; i < errors.layers.size(); ++i) {
    const LayerError& e = errors.layers[i];
    const bool own = std::isfinite(e.local_snr_db) || e.local_snr_db < 0;
    if (own && !e.share) ++unmeasured;
    if (!own) ++exact;
    if (!own && errors.first != i) continue;
    table.row({e.layer, e.type, e.dtype, decibels(e.local_snr_db), decibels(e.accumulated_snr_db),
               e.share ? percent(*e.share) : "-",
               errors.first == i ? fmt::format("<- the first below {:.4g} dB", errors.bound_db)
               : e.exceeds       ? "below"
                                 : ""});
  }
  std::string text =
      "\nErrors of the operators against fp32 (local: on the values that the chip gave it; accumulated: on the model's "
      "inputs; share: of the error of the outputs)\n" +
      table.text();
  text += fmt::format("  outputs: {}", decibels(errors.final_snr_db));
  if (errors.sum_snr_db)
    text +=
        fmt::format("; the operators' errors, carried to them one by one, add up to {}", decibels(*errors.sum_snr_db));
  text += "\n";
  if (exact > 0) text += fmt::format("  {} operators of {} have no error of their own\n", exact, errors.layers.size());
  if (unmeasured > 0) text += fmt::format("  {} with smaller local errors got no share\n", unmeasured);
  if (!errors.first) text += fmt::format("  no operator is below {:.4g} dB\n", errors.bound_db);
  return text;
}

}  // namespace inf::workflow
