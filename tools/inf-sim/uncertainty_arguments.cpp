#include "tools/inf-sim/uncertainty_arguments.h"

namespace inf::cli {

void UncertaintyArguments::add_to(CLI::App& command) {
  constexpr std::int64_t kMostSamples = 100000;
  CLI::Option* flag = command.add_flag(
      "--uncertainty", wanted,
      "draw every number with a range in the chip and instance files again and again: how far latency and cost spread, "
      "and which numbers they follow");
  command.add_option("--samples", samples, "with --uncertainty: how many")
      ->capture_default_str()
      ->check(CLI::Range(std::int64_t{2}, kMostSamples))
      ->needs(flag);
  command.add_option("--sample-seed", seed, "with --uncertainty: of the draws")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber)
      ->needs(flag);
}

}  // namespace inf::cli
