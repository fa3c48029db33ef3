#include "tools/inf-sim/profile_arguments.h"

#include "isa/base/error.h"
#include "tools/workflow/profile/last_profile.h"
#include "tools/workflow/profile/profile_db.h"

namespace inf::cli {

using workflow::Detail;

void ProfileArguments::add_to(CLI::App& command) {
  CLI::Option* option =
      command
          .add_option("--profile", file,
                      "write where the time went as an SQLite database, for inf-sim profile, diff and "
                      "SQL; docs/profile.md has its tables")
          ->type_name("FILE.db");
  command
      .add_option("--profile-level", level_name,
                  "of --profile: operator is small and costs next to nothing; instruction (default) adds every "
                  "instruction, the critical path and memory over time")
      ->check(CLI::IsMember({std::string(name(Detail::operators)), std::string(name(Detail::instructions))}))
      ->type_name("LEVEL")
      ->needs(option);
}

void ProfileArguments::check() const {
  if (wanted()) workflow::check_profile_destination(file);
}

Detail ProfileArguments::level() const {
  return level_name == name(Detail::instructions) ? Detail::instructions : Detail::operators;
}

std::string ProfileArguments::write(const workflow::RecordedRun& record, const workflow::Profile& profile) const {
  if (record.programs.empty() && record.host.empty())
    throw Error(ErrorKind::unsupported, "--profile",
                "no program and no operator on the host ran: there is no time to write", {"leave out --profile"});
  workflow::write_profile(profile, record, file);
  workflow::remember_profile(file);
  return file;
}

}  // namespace inf::cli
