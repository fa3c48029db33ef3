#pragma once
#include <filesystem>
#include <string>
#include <vector>

namespace inf::workflow {

/// A page of docs/ that is made from the tables in the code.
struct GeneratedPage {
  std::string name;  ///< "isa.md"
  std::string text;
};

/// docs/isa.md, docs/config.md and docs/profile.md as they should be.
std::vector<GeneratedPage> generated_pages();

/// Names of the pages in `folder` that differ from what would be generated.
std::vector<std::string> outdated_pages(const std::filesystem::path& folder);

}  // namespace inf::workflow
