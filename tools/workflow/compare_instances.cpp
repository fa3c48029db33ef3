#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "isa/base/error.h"
#include "isa/base/nearest.h"
#include "tools/workflow/compare.h"
#include "tools/workflow/files.h"

namespace inf::workflow {
namespace fs = std::filesystem;

std::vector<fs::path> instance_files() {
  std::vector<fs::path> files;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(data_folder() / "configs" / "instances", none))
    if (entry.path().extension() == ".yaml") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

namespace {

void add(std::vector<arch::InstanceSpec> found, std::vector<arch::InstanceSpec>& all) {
  for (arch::InstanceSpec& spec : found) all.push_back(std::move(spec));
}

}  // namespace

std::vector<arch::InstanceSpec> find_instances(const std::vector<PlacedText>& wanted, const fs::path& base) {
  std::vector<arch::InstanceSpec> known, chosen;
  for (const fs::path& file : instance_files()) add(arch::load_instances(file), known);
  if (wanted.empty()) {  // what can be rented by the hour
    std::copy_if(known.begin(), known.end(), std::back_inserter(chosen),
                 [](const arch::InstanceSpec& spec) { return spec.on_demand.published(); });
    return chosen;
  }
  for (const PlacedText& word : wanted) {
    if (word.text.find('/') != std::string::npos || word.text.ends_with(".yaml")) {
      const fs::path path(word.text);
      add(arch::load_instances((path.is_absolute() ? path : base / path).lexically_normal()), chosen);
      continue;
    }
    const std::size_t before = chosen.size();
    std::vector<std::string> names;
    for (const arch::InstanceSpec& spec : known) {
      if (spec.name == word.text || spec.family == word.text) chosen.push_back(spec);
      for (const std::string& name : {spec.family, spec.name})
        if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    }
    if (chosen.size() == before)
      throw Error(ErrorKind::usage, word.place,
                  fmt::format("instance = {} is not known{}", word.text, did_you_mean(word.text, names)),
                  {fmt::format("known: {}; or give the path of an instance file", fmt::join(names, ", "))});
  }
  return chosen;
}

}  // namespace inf::workflow
