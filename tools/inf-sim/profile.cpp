#include <CLI/CLI.hpp>

#include <filesystem>
#include <map>
#include <memory>

#include "tools/inf-sim/commands.h"
#include "tools/inf-sim/output.h"
#include "tools/workflow/profile/profile_db.h"
#include "tools/workflow/profile/profile_text.h"

namespace inf::cli {
namespace {

using workflow::By;

struct ProfileCommand {
  std::filesystem::path file;
  workflow::ProfileTextOptions options;
  JsonChoice json;
};

int show(const ProfileCommand& a) {
  check_destinations(a.json);
  const workflow::Profile profile = workflow::read_profile(a.file);
  emit(a.json, workflow::profile_text(profile, a.options), workflow::profile_json(profile, a.options));
  return 0;
}

}  // namespace

void add_profile(CLI::App& app, Action& action) {
  auto a = std::make_shared<ProfileCommand>();
  CLI::App* command =
      app.add_subcommand("profile", "where a run's time went: findings, critical path, engines, memory");
  command->add_option("file", a->file, "what `inf-sim run --profile` wrote")->required()->type_name("run.db");
  command->add_option("--top", a->options.top, "rows of a table before the one that closes it")
      ->capture_default_str()
      ->check(CLI::Range(1, 100000))
      ->type_name("N");
  const std::map<std::string, By> names = {
      {"engine", By::engine}, {"operator", By::op}, {"layer", By::layer}, {"cause", By::cause}};
  command
      ->add_option_function<std::string>(
          "--by", [a, names](const std::string& by) { a->options.by = names.at(by); }, "this table alone")
      ->check(CLI::IsMember(names))
      ->type_name("WHAT");
  a->json.add_to(*command);
  command->callback([a, &action] { action = [a] { return show(*a); }; });
}

}  // namespace inf::cli
