#include "tools/workflow/result_files.h"

#include <algorithm>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>

#include "isa/base/atomic_file.h"
#include "isa/base/error.h"
#include "tools/workflow/tensor_files.h"

namespace inf::workflow {
namespace {

namespace fs = std::filesystem;

struct ResultFile {
  std::string name;
  std::function<std::string()> bytes;
};

/// Everything but the two reports.
std::vector<ResultFile> result_files(const RunResult& result, bool with_outputs) {
  std::vector<ResultFile> files;
  if (result.report.box_count) files.push_back({"boxes.json", [&] { return boxes_json(result.boxes); }});
  if (result.page) files.push_back({"page_boxes.png", [&] { return encode_png(*result.page); }});
  if (!with_outputs) return files;
  std::vector<std::string> tensors;
  for (const NamedArray& output : result.outputs) tensors.push_back(output.name);
  const std::vector<std::string> names = tensor_files(tensors);
  for (std::size_t i = 0; i < names.size(); ++i)
    files.push_back({names[i], [&array = result.outputs[i].array] { return npy_bytes(array); }});
  return files;
}

/// What an earlier run says that it wrote; nothing where there is no report of one.
std::vector<std::string> earlier_files(const fs::path& folder) {
  std::ifstream in(folder / "report.json");
  const auto report = nlohmann::json::parse(in, nullptr, false);
  if (!report.is_object() || !report.contains("document") || report["document"] != "inf-sim run") return {};
  if (!report.contains("files") || !report["files"].is_array()) return {};
  std::vector<std::string> names;
  for (const auto& entry : report["files"])
    if (entry.is_string()) names.push_back(entry);
  return names;
}

}  // namespace

void write_results(RunResult& result, const fs::path& folder, bool with_outputs) {
  std::error_code failed;
  fs::create_directories(folder, failed);
  if (failed) throw Error(ErrorKind::usage, folder.string(), "cannot be created: " + failed.message());
  const std::vector<ResultFile> files = result_files(result, with_outputs);
  std::vector<std::string>& names = result.report.files;
  names = {"report.txt", "report.json"};
  for (const ResultFile& file : files) names.push_back(file.name);
  for (const std::string& name : earlier_files(folder)) {
    const bool here =
        fs::path(name).filename() == name && fs::is_regular_file(fs::symlink_status(folder / name, failed));
    if (here && std::find(names.begin(), names.end(), name) == names.end()) fs::remove(folder / name, failed);
  }
  write_file_atomically(folder / "report.txt", report_text(result.report));
  write_file_atomically(folder / "report.json", report_json(result.report));
  for (const ResultFile& file : files) write_file_atomically(folder / file.name, file.bytes());
}

}  // namespace inf::workflow
