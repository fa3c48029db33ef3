#include "tools/workflow/result_files.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <string>

using namespace inf::workflow;
namespace fs = std::filesystem;

namespace {

/// A folder of this process's own, gone at the end.
struct Folder {
  fs::path path = fs::temp_directory_path() / ("inf_result_files_" + std::to_string(getpid()));
  Folder() { fs::create_directories(path); }
  ~Folder() { fs::remove_all(path); }
  std::set<std::string> files() const {
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator(path)) names.insert(entry.path().filename());
    return names;
  }
  void write(const std::string& name, const std::string& text) const { std::ofstream(path / name) << text; }
};

RunResult with_outputs(const std::vector<std::string>& names) {
  RunResult result;
  for (const std::string& name : names) result.outputs.push_back({name, {{1}, {0.5F}}});
  return result;
}

}  // namespace

TEST_CASE("a run takes away what an earlier run wrote and it does not, and nothing else") {
  const Folder folder;
  folder.write("mine.npy", "kept");
  fs::create_directory(folder.path / "y.npy.d");
  RunResult values = with_outputs({"x", "y"});
  values.report.box_count = 0;
  write_results(values, folder.path, true);
  CHECK(folder.files() ==
        std::set<std::string>{"mine.npy", "y.npy.d", "report.txt", "report.json", "boxes.json", "x.npy", "y.npy"});
  RunResult fewer = with_outputs({"y"});
  write_results(fewer, folder.path, true);
  CHECK(folder.files() == std::set<std::string>{"mine.npy", "y.npy.d", "report.txt", "report.json", "y.npy"});
  RunResult timing;
  write_results(timing, folder.path, false);
  CHECK(folder.files() == std::set<std::string>{"mine.npy", "y.npy.d", "report.txt", "report.json"});
  CHECK(timing.report.files == std::vector<std::string>{"report.txt", "report.json"});
}

TEST_CASE("a report that is none of a run's, or that names other places, takes nothing away") {
  struct Row {
    const char* name;
    const char* report;
  };
  const Row rows[] = {{"no JSON", "x"},
                      {"a list", "[\"mine.npy\"]"},
                      {"another document", R"({"document": "inf-sim compile", "files": ["mine.npy"]})"},
                      {"no names", R"({"document": "inf-sim run", "files": [1, null]})"},
                      {"no list", R"({"document": "inf-sim run", "files": "mine.npy"})"},
                      {"the folder itself", R"({"document": "inf-sim run", "files": [".", "..", "", "sub"]})"},
                      {"another folder", R"({"document": "inf-sim run", "files": ["sub/deep.npy", "../mine.npy"]})"}};
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const Folder folder;
    folder.write("mine.npy", "kept");
    fs::create_directory(folder.path / "sub");
    folder.write("sub/deep.npy", "kept");
    folder.write("report.json", row.report);
    RunResult result;
    write_results(result, folder.path, false);
    CHECK(folder.files() == std::set<std::string>{"mine.npy", "sub", "report.txt", "report.json"});
    CHECK(fs::exists(folder.path / "sub/deep.npy"));
  }
}
