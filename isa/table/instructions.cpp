#include "isa/table/instructions.h"

#include <string_view>
#include <utility>

namespace inf::isa {
namespace {

/// "load_stationary" names LoadStationary.
constexpr bool is_pascal_of(std::string_view pascal, std::string_view snake) {
  std::size_t at = 0;
  bool capital = true;
  for (char c : snake) {
    if (c == '_') {
      capital = true;
      continue;
    }
    const char want = capital && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    if (at >= pascal.size() || pascal[at++] != want) return false;
    capital = false;
  }
  return at == pascal.size();
}

#define INSTRUCTION(Struct, name, ...) \
  static_assert(is_pascal_of(#Struct, #name), "isa.def: " #Struct " is not " #name);
#include "isa/table/expand.h"

template <std::size_t... I>
Operation make(int index, std::index_sequence<I...>) {
  Operation op;
  ((index == static_cast<int>(I) ? static_cast<void>(op.emplace<I>()) : void()), ...);
  return op;
}

}  // namespace

std::optional<std::uint8_t> dma_queue(const Operation& operation) {
  return std::visit(
      [](const auto& op) -> std::optional<std::uint8_t> {
        if constexpr (requires { op.queue; })
          return op.queue;
        else
          return std::nullopt;
      },
      operation);
}

Operation make_operation(int index) { return make(index, std::make_index_sequence<kInstructionCount>{}); }

}  // namespace inf::isa
