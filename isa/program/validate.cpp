#include "isa/program/validate.h"

#include <fmt/core.h>

#include "isa/base/error.h"
#include "isa/program/rules.h"

namespace inf::isa {
namespace {

struct Broken {
  std::vector<std::string> found;
  void add(const Violation& violation, const char* sentence, const char* source) {
    if (!violation.empty()) found.push_back(fmt::format("{} ({}; {})", violation.text(), sentence, source));
  }
};

void check_semaphores(const Instruction& instruction, const arch::ChipSpec& chip, Broken& broken) {
  constexpr const char* kSentence = "semaphores are below semaphores.count";
  for (const Wait& wait : instruction.waits)
    if (wait.used)
      broken.add(outside("wait.semaphore", wait.semaphore, 0, chip.semaphores.count - 1), kSentence, "fact sheet 6");
  if (instruction.signal.used)
    broken.add(outside("signal.semaphore", instruction.signal.semaphore, 0, chip.semaphores.count - 1), kSentence,
               "fact sheet 6");
}

void check_operands(const Operation& operation, const RuleContext& context, Broken& broken) {
  const bool dma = dma_queue(operation).has_value();
  for_each_field(operation, [&](const FieldInfo& field, const auto& member) {
    using Member = std::remove_cvref_t<decltype(member)>;
    const Access* access = nullptr;
    if constexpr (std::is_same_v<Member, Access>) access = &member;
    if constexpr (std::is_same_v<Member, ScalarOperand>) access = member.is_access ? &member.access : nullptr;
    if (access == nullptr) return;
    for (const OperandRule& rule : operand_rules())
      broken.add(rule.check(*access, field, dma, context), rule.sentence, rule.source);
  });
}

}  // namespace

void validate(const Instruction& instruction, arch::Engine engine, const arch::ChipSpec& chip) {
  const RuleContext context{chip, engine};
  Broken broken;
  for (const InstructionRule& rule : instruction_rules()[instruction.op.index()])
    broken.add(rule.check(instruction.op, context), rule.sentence, rule.source);
  check_operands(instruction.op, context, broken);
  check_semaphores(instruction, chip, broken);
  if (broken.found.empty()) return;
  std::string message = fmt::format("{}: {}", name(opcode(instruction.op)), broken.found.front());
  broken.found.erase(broken.found.begin());
  throw Error(ErrorKind::illegal_instruction, "", std::move(message), std::move(broken.found));
}

void validate_pair(const LoadStationary& stationary, const Matmul& matmul) {
  Broken broken;
  if (!may_pair(stationary.src.dtype, matmul.moving.dtype))
    broken.add(violated("stationary is {} and moving is {}", name(stationary.src.dtype), name(matmul.moving.dtype)),
               "fp32 and tf32 pair only with fp32 and tf32, int8 only with int8", "fact sheet 3.1");
  broken.add(differs("moving.partitions", matmul.moving.partitions, "stationary partitions", stationary.src.partitions),
             "moving and stationary have the same K", "fact sheet 3.1");
  broken.add(
      differs("dst.partitions", matmul.dst.partitions, "stationary columns", stationary.src.elements_per_partition()),
      "dst has a partition for each stationary column", "fact sheet 3.1");
  if (broken.found.empty()) return;
  std::string message = "matmul: " + broken.found.front();
  broken.found.erase(broken.found.begin());
  throw Error(ErrorKind::illegal_instruction, "", std::move(message), std::move(broken.found));
}

void validate_control(const std::vector<Instruction>& stream) {
  const auto fail = [](std::size_t i, std::string message) {
    throw Error(ErrorKind::illegal_instruction, "", fmt::format("instruction {}: {}", i, message));
  };
  std::vector<std::size_t> open;                                       // loops
  std::vector<std::size_t> loop_of(stream.size() + 1, stream.size());  // innermost loop that holds the instruction
  for (std::size_t i = 0; i < stream.size(); ++i) {
    loop_of[i] = open.empty() ? stream.size() : open.back();
    if (std::holds_alternative<Loop>(stream[i].op)) open.push_back(i);
    if (std::holds_alternative<EndLoop>(stream[i].op)) {
      if (open.empty()) fail(i, "end_loop without a loop; loops may not cross segments");
      open.pop_back();
    }
  }
  if (!open.empty()) fail(open.back(), "loop without an end_loop; loops may not cross segments");
  for (std::size_t i = 0; i < stream.size(); ++i) {
    const auto* branch = std::get_if<Branch>(&stream[i].op);
    if (branch == nullptr) continue;
    const std::size_t target = i + 1 + branch->skip;
    if (target > stream.size())
      fail(i, fmt::format("branch skips to {}; the segment ends at {}", target, stream.size()));
    if (loop_of[target] != loop_of[i]) fail(i, fmt::format("branch skips to {}, which is in another loop", target));
  }
}

}  // namespace inf::isa
