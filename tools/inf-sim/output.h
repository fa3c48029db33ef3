#pragma once
#include <CLI/CLI.hpp>
#include <filesystem>
#include <string>

#include "tools/workflow/pre_post.h"

namespace inf::cli {

/// Of the documents in docs/json.md that a command makes itself.
inline constexpr int kDocumentVersion = 1;

/// `--json` alone prints the document in place of the text; `--json FILE` writes it and prints the text as well.
struct JsonChoice {
  bool wanted = false;
  std::string file;

  void add_to(CLI::App& command);
};

/// Refuses what could not be written once the work is done: the document's file, and files in `folder` unless that is
/// empty. Leaves nothing behind. Errors: usage.
void check_destinations(const JsonChoice& choice, const std::filesystem::path& folder = {});

/// Prints one of them, or the text and writes the document.
void emit(const JsonChoice& choice, const std::string& text, const std::string& json);

/// "768x1024" as height x width. Errors: usage.
workflow::Extent parse_size(const std::string& text);

/// Is it a workload file rather than a model? By its ending: .yaml or .yml.
bool is_workload(const std::string& file);

}  // namespace inf::cli
