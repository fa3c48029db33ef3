#pragma once
#include <fmt/core.h>

#include <bit>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "isa/arch/chip_spec.h"
#include "isa/table/instructions.h"

// The limits that validate() enforces and docs/isa.md lists: each is one sentence beside the check of it. Numbers come
// from ChipSpec or from the named constants here.
namespace inf::isa {

/// Source: fact sheet 4, global rules [documented].
inline constexpr std::int64_t kMaxFreeSbuf = 65536, kMaxFreePsum = 4096;
inline constexpr int kMaxCount = 65535, kMinStep = -32768, kMaxStep = 32767;
/// Source: fact sheet 4.4 [documented].
inline constexpr int kBnStatsElements = 512, kMax8Least = 8, kMax8Most = 16384, kShuffleGroup = 32;
/// Source: fact sheet 4.5 [documented].
inline constexpr int kGatherGroup = 16, kGatherIndices = 4096;

/// Partitions from one to the next at which an operand of so many may begin: the power of two from 32 that holds them.
/// Source: fact sheet 4 [documented] for 128 partitions, and the same beyond [assumed].
constexpr int start_grain(int partitions) {
  return static_cast<int>(std::bit_ceil(static_cast<unsigned>(partitions > 32 ? partitions : 32)));
}

struct RuleContext {
  const arch::ChipSpec& chip;
  arch::Engine engine;
};

/// What is wrong, with value and range; empty when nothing is. One pointer, since nearly every check finds nothing.
class Violation {
 public:
  Violation() = default;
  explicit Violation(std::string text) : text_(std::make_unique<std::string>(std::move(text))) {}
  bool empty() const { return text_ == nullptr; }
  const std::string& text() const { return *text_; }

 private:
  std::unique_ptr<std::string> text_;
};

/// A violation with a formatted text.
template <class... Args>
Violation violated(fmt::format_string<Args...> format, Args&&... args) {
  return Violation(fmt::format(format, std::forward<Args>(args)...));
}

/// A limit of one operand, whatever the instruction.
struct OperandRule {
  const char* sentence;
  const char* source;
  Violation (*check)(const Access& access, const FieldInfo& field, bool dma, const RuleContext& context);
};
const std::vector<OperandRule>& operand_rules();

/// A limit of one instruction.
struct InstructionRule {
  const char* sentence;
  const char* source;
  Violation (*check)(const Operation& operation, const RuleContext& context);
};
/// By row of the table.
using RuleTable = std::vector<std::vector<InstructionRule>>;
const RuleTable& instruction_rules();

/// Adds a rule to each of the instructions Ops. `check` is a lambda without captures over (const Op&, const
/// RuleContext&).
template <class... Ops, class Check>
void add_rule(RuleTable& table, const char* sentence, const char* source, Check) {
  const auto add = [&]<class Op>() {
    table[Operation(Op{}).index()].push_back(
        {sentence, source, [](const Operation& operation, const RuleContext& context) -> Violation {
           return Check{}(*std::get_if<Op>(&operation), context);
         }});
  };
  (add.template operator()<Ops>(), ...);
}

// One file per family; instruction_rules() is their sum.
void add_engine_rules(RuleTable& table);
void add_tensor_rules(RuleTable& table);
void add_lane_rules(RuleTable& table);
void add_vector_rules(RuleTable& table);
void add_gpsimd_rules(RuleTable& table);
void add_dma_rules(RuleTable& table);
void add_control_rules(RuleTable& table);

// ---- what several families say ----
Violation outside(std::string_view what, std::int64_t value, std::int64_t low, std::int64_t high);
Violation differs(std::string_view what, std::int64_t value, std::string_view other, std::int64_t wanted);
Violation wrong_dtype(std::string_view operand, DType dtype, std::string_view allowed);
/// As many partitions and as many elements in each.
Violation same_shape(std::string_view name_a, const Access& a, std::string_view name_b, const Access& b);
/// Neither engine port reads two operands from PSUM.
Violation not_both_psum(std::string_view name_a, const Access& a, std::string_view name_b, const Access& b);
/// `count` elements in each partition.
Violation holds(std::string_view operand, const Access& a, std::int64_t count);
/// First of several that is not empty.
inline Violation first_of(Violation last) { return last; }
template <class... Rest>
Violation first_of(Violation first, Rest... rest) {
  return first.empty() ? first_of(std::move(rest)...) : std::move(first);
}
inline Violation ok() { return {}; }
bool is_comparison(numerics::AluOp op);
bool is_bitvec(numerics::AluOp op);

}  // namespace inf::isa
