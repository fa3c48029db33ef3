#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace inf::workflow {

/// A name that profiles use.
struct Term {
  enum class Kind : std::uint8_t { metric, table, column, stall_reason, path_cause, absent } kind = Kind::metric;
  std::string name;
  std::string unit;  ///< "-" for none
  std::string definition;
  std::string where;  ///< in profile.db: "Summary.total_time"; empty for absent metrics
};
/// "metric", "table", "column", "stall reason", "path cause", "not measured".
std::string_view name(Term::Kind kind);

/// Every metric, table, column, stall reason and cause of the critical path, and what users of the vendor's profiler
/// may miss.
std::span<const Term> glossary();

/// All that `word` names: "total_time", "Instruction.pc", "pc", "sbuf port", "cc_op_count". Letters may be of either
/// case, and words be joined by blanks or underlines. Errors: usage, with the nearest name.
std::vector<Term> explain(std::string_view word);

/// A paragraph for each term.
std::string terms_text(std::span<const Term> terms);
/// One line for each term, by kind.
std::string glossary_text();
/// The document described in docs/json.md.
std::string terms_json(std::span<const Term> terms);
/// docs/profile.md as a whole.
std::string profile_markdown();

}  // namespace inf::workflow
