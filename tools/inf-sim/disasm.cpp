#include <fmt/core.h>
#include <CLI/CLI.hpp>

#include <memory>
#include <nlohmann/json.hpp>

#include "isa/base/atomic_file.h"
#include "isa/program/file.h"
#include "isa/program/text.h"
#include "tools/inf-sim/commands.h"
#include "tools/inf-sim/output.h"

namespace inf::cli {
namespace {

struct DisasmArguments {
  std::string program, text;
  bool constants = false;
  JsonChoice json;
};

int disassemble(const DisasmArguments& a) {
  check_destinations(a.json);
  const std::string text =
      isa::print(isa::collect(*isa::read_program(a.program)), {.constants = a.constants || !a.text.empty()});
  if (!a.text.empty()) write_file_atomically(a.text, text);
  const nlohmann::ordered_json json = {
      {"document", "inf-sim disasm"}, {"version", kDocumentVersion}, {"program", a.program}, {"text", text}};
  emit(a.json, a.text.empty() ? text : fmt::format("{}: {} bytes of text\n", a.text, text.size()), json.dump(2) + "\n");
  return 0;
}

}  // namespace

void add_disasm(CLI::App& app, Action& action) {
  auto a = std::make_shared<DisasmArguments>();
  CLI::App* command = app.add_subcommand("disasm", "print a program file as assembler text");
  command->add_option("program", a->program, "program file")->required()->type_name("P.infp");
  command
      ->add_option("-o,--output", a->text,
                   "write the text, constants included, so that asm gives the same program back")
      ->type_name("P.s");
  command->add_flag("--constants", a->constants, "print the bytes of constants too");
  a->json.add_to(*command);
  command->callback([a, &action] { action = [a] { return disassemble(*a); }; });
}

}  // namespace inf::cli
