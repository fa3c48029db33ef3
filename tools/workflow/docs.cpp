#include "tools/workflow/docs.h"

#include "isa/arch/config_docs.h"
#include "isa/program/docs.h"
#include "tools/workflow/docs_config.h"
#include "tools/workflow/files.h"
#include "tools/workflow/profile/glossary.h"
#include "tools/workflow/sweep/sweep.h"

namespace inf::workflow {

std::vector<GeneratedPage> generated_pages() {
  return {{"isa.md", isa::isa_markdown()},
          {"config.md", arch::config_markdown() + workload_markdown() + sweep::sweep_markdown()},
          {"profile.md", profile_markdown()}};
}

std::vector<std::string> outdated_pages(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  for (const GeneratedPage& page : generated_pages()) {
    const std::filesystem::path file = folder / page.name;
    std::error_code none;
    if (!std::filesystem::exists(file, none) || read_file(file) != page.text) names.push_back(page.name);
  }
  return names;
}

}  // namespace inf::workflow
