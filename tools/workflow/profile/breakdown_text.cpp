#include "tools/workflow/profile/breakdown_text.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include "tools/workflow/format.h"
#include "tools/workflow/profile/exact_parts.h"
#include "tools/workflow/profile/glossary.h"
#include "tools/workflow/profile/text_parts.h"

namespace inf::workflow {
namespace {

constexpr auto kLeft = Table::Align::left, kRight = Table::Align::right;
constexpr std::size_t kBar = 24;
constexpr std::size_t kNames = 36;
constexpr std::size_t kCauses = 3;
constexpr double kVisible = 0.05;  // of an operator's time

/// Times of a table's rows as they are printed, and the last row.
struct Times {
  std::vector<std::string> us, shares, ticks;
  std::string sum_us, sum_ticks;
};

Times times_of(const Profile& profile, const std::vector<Part>& parts) {
  std::vector<std::int64_t> ticks;
  for (const Part& part : parts) ticks.push_back(part.ticks);
  const Microseconds us(profile.ticks, profile.tick_mhz);
  Times times{us.texts(ticks), share_texts(ticks, profile.ticks), {}, us.text(profile.ticks), grouped(profile.ticks)};
  for (const std::int64_t t : ticks) times.ticks.push_back(grouped(t));
  return times;
}

std::string causes_text(const ProfileOperator& op) {
  std::vector<std::string> texts;
  for (const auto& [cause, ticks] : op.path_by_cause) {
    const double share = static_cast<double>(ticks) / static_cast<double>(std::max<std::int64_t>(1, op.path_ticks));
    if (texts.size() < kCauses && (share >= kVisible || texts.empty()))
      texts.push_back(fmt::format("{} {:.0f} %", cause, share * 100));
  }
  return fmt::format("{}", fmt::join(texts, ", "));
}

std::string array_text(const ProfileOperator& op) {
  if (op.work.matmuls == 0) return "-";
  return fmt::format("{:.0f}x{:.0f} %", op.work.rows_used * 100, op.work.columns_used * 100);
}

std::string descriptor_text(const ProfileOperator& op) {
  if (op.work.descriptors == 0) return "-";
  return si(static_cast<double>(op.work.dma_bytes) / static_cast<double>(op.work.descriptors), "B");
}

std::string operators_text(const Profile& profile, std::size_t top) {
  const std::vector<Part> parts = closed(split(profile, By::op), top);
  const Times times = times_of(profile, parts);
  Table table({kLeft, kLeft, kRight, kRight, kRight, kRight, kRight, kLeft});
  table.row({"operator", "kind", "us", "share", "ticks", "array", "descriptor",
             profile.path.empty() ? "bound" : "on the path"});
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const Part& part = parts[i];
    if (part.op < 0) {
      table.row({part.name, "", times.us[i], times.shares[i], times.ticks[i], "", "", ""});
      continue;
    }
    const ProfileOperator& op = profile.operators[static_cast<std::size_t>(part.op)];
    table.row({shortened(part.name, kNames), op.use.kind, times.us[i], times.shares[i], times.ticks[i], array_text(op),
               descriptor_text(op), profile.path.empty() ? op.use.bound : causes_text(op)});
  }
  table.row({"all", "", times.sum_us, "100.0 %", times.sum_ticks, "", "", ""});
  return "\nBy operator (array: rows x columns that its matmuls use; descriptor: mean bytes moved by one)\n" +
         table.text();
}

std::string comment(By by, const std::string& part) {
  if (by != By::cause) return "";
  for (const Term& term : glossary())
    if (term.kind == Term::Kind::path_cause && term.name == part) return term.definition;
  return "";
}

}  // namespace

std::string breakdown_text(const Profile& profile, By by, std::size_t top) {
  if (by == By::op) return operators_text(profile, top);
  const std::vector<Part> parts = closed(split(profile, by), top);
  if (parts.empty()) return "";
  const Times times = times_of(profile, parts);
  Table table({kLeft, kRight, kRight, kRight, kLeft, kLeft});
  table.row({std::string(name(by)), "us", "share", "ticks", "", ""});
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const double share =
        static_cast<double>(parts[i].ticks) / static_cast<double>(std::max<std::int64_t>(1, profile.ticks));
    table.row({by == By::layer ? shortened(parts[i].name, kNames) : parts[i].name, times.us[i], times.shares[i],
               times.ticks[i], bar(share, kBar), comment(by, parts[i].name)});
  }
  table.row({"all", times.sum_us, "100.0 %", times.sum_ticks, "", ""});
  return fmt::format("\nBy {}\n", name(by)) + table.text();
}

}  // namespace inf::workflow
