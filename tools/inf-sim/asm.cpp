#include <fmt/core.h>
#include <CLI/CLI.hpp>

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "isa/arch/chip_config.h"
#include "isa/program/file.h"
#include "isa/program/text.h"
#include "tools/inf-sim/commands.h"
#include "tools/inf-sim/output.h"
#include "tools/workflow/files.h"

namespace inf::cli {
namespace {

struct AsmArguments {
  std::string text, program, chip = "inf2";
  JsonChoice json;
};

int assemble(const AsmArguments& a) {
  check_destinations(a.json);
  const arch::ChipSpec chip = arch::load_chip(workflow::find_config("chips", a.chip, {}, "--chip"));
  isa::Program program = isa::parse_program(workflow::read_file(a.text), a.text, &chip);
  std::size_t code = 0;
  for (const isa::Segment& segment : program.segments)
    for (const auto& bytes : segment.code) code += bytes.size();
  const std::unique_ptr<isa::ProgramSource> source = isa::source_of(std::move(program));
  isa::write_program(*source, a.program);
  const nlohmann::ordered_json json = {{"document", "inf-sim asm"},
                                       {"version", kDocumentVersion},
                                       {"program", a.program},
                                       {"chip", chip.name},
                                       {"code_bytes", code}};
  emit(a.json, fmt::format("{}: {} bytes of instructions for {}\n", a.program, code, chip.name), json.dump(2) + "\n");
  return 0;
}

}  // namespace

void add_asm(CLI::App& app, Action& action) {
  auto a = std::make_shared<AsmArguments>();
  CLI::App* command = app.add_subcommand("asm", "assemble text into a program file");
  command->add_option("text", a->text, "assembler text (docs/isa.md)")->required()->type_name("P.s");
  command->add_option("-o,--output", a->program, "program file to write")->required()->type_name("P.infp");
  command->add_option("--chip", a->chip, "a name in configs/chips or a path")->capture_default_str()->type_name("CHIP");
  a->json.add_to(*command);
  command->callback([a, &action] { action = [a] { return assemble(*a); }; });
}

}  // namespace inf::cli
