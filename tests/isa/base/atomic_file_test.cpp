#include "isa/base/atomic_file.h"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "isa/base/error.h"

using namespace inf;
namespace fs = std::filesystem;

namespace {

/// A folder that goes away with the test.
struct Folder {
  fs::path path = fs::temp_directory_path() / ("inf_atomic_file_test_" + std::to_string(::getpid()));
  Folder() { fs::create_directories(path); }
  ~Folder() { fs::remove_all(path); }
};

std::string read(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<std::string> names(const fs::path& folder) {
  std::vector<std::string> found;
  for (const auto& entry : fs::directory_iterator(folder)) found.push_back(entry.path().filename());
  std::sort(found.begin(), found.end());
  return found;
}

template <class Body>
std::string usage_error(Body&& body) {
  try {
    body();
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::usage);
    return error.what();
  }
  return "";
}

bool is_device(const char* path) {
  struct stat status {};
  return ::stat(path, &status) == 0 && S_ISCHR(status.st_mode);
}

}  // namespace

TEST_CASE("a new file and a file that exists hold exactly the bytes") {
  const Folder folder;
  for (const std::string& bytes : {std::string("first"), std::string(), std::string("t\0o", 3)}) {
    write_file_atomically(folder.path / "a", bytes);
    CHECK(read(folder.path / "a") == bytes);
    CHECK(names(folder.path) == std::vector<std::string>{"a"});
  }
}

TEST_CASE("a file that exists keeps its permissions") {
  const Folder folder;
  write_file_atomically(folder.path / "a", "1");
  fs::permissions(folder.path / "a", fs::perms::owner_read | fs::perms::owner_write | fs::perms::others_read);
  write_file_atomically(folder.path / "a", "2");
  CHECK(fs::status(folder.path / "a").permissions() ==
        (fs::perms::owner_read | fs::perms::owner_write | fs::perms::others_read));
}

TEST_CASE("symbolic links stay, what they point to is written") {
  const Folder folder;
  fs::create_directory(folder.path / "far");
  fs::create_symlink("far/target", folder.path / "link");
  fs::create_symlink("link", folder.path / "chain");
  for (const char* name : {"link", "chain"}) {  // the first one dangles
    CAPTURE(name);
    write_file_atomically(folder.path / name, name);
    CHECK(fs::is_symlink(folder.path / name));
    CHECK(read(folder.path / "far" / "target") == name);
    CHECK(names(folder.path / "far") == std::vector<std::string>{"target"});
  }
  fs::create_symlink("loop", folder.path / "loop");
  CHECK(usage_error([&] { write_file_atomically(folder.path / "loop", "x"); }).find("cannot be written") !=
        std::string::npos);
}

TEST_CASE("devices and pipes are written, not replaced") {
  write_file_atomically("/dev/null", "gone");
  check_writable("/dev/null");
  CHECK(is_device("/dev/null"));
  CHECK(usage_error([] { write_file_atomically("/dev/full", "x"); }).find("No space left") != std::string::npos);
  CHECK(is_device("/dev/full"));

  const Folder folder;
  const fs::path pipe = folder.path / "pipe";
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  check_writable(pipe);  // does not wait for a reader
  std::string found;
  {
    std::FILE* both_ends = std::fopen(pipe.c_str(), "r+");
    REQUIRE(both_ends != nullptr);
    write_file_atomically(pipe, "through\n");
    char line[16] = {};
    REQUIRE(std::fgets(line, sizeof line, both_ends) != nullptr);
    found = line;
    std::fclose(both_ends);
  }
  CHECK(found == "through\n");
  CHECK(fs::is_fifo(pipe));
}

TEST_CASE("what cannot be written is told, and nothing is left behind") {
  const Folder folder;
  write_file_atomically(folder.path / "file", "x");
  struct Row {
    const char* name;
    fs::path path;
    const char* says;
  };
  const Row rows[] = {
      {"no folder", folder.path / "none" / "a", "No such file"},
      {"a file as folder", folder.path / "file" / "a", "Not a directory"},
      {"a folder", folder.path, "is a folder"},
      {"a folder that takes no files", "/proc/inf_sim", "cannot be written"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const std::string written = usage_error([&] { write_file_atomically(row.path, "x"); });
    CHECK(written.find(row.path.string()) == 0);
    CHECK(written.find(row.says) != std::string::npos);
    CHECK(usage_error([&] { check_writable(row.path); }) == written);
  }
  CHECK(names(folder.path) == std::vector<std::string>{"file"});
}

TEST_CASE("without commit there is nothing, and what there was stays") {
  const Folder folder;
  {
    AtomicFile file(folder.path / "a");
    file.write("half", 4);
  }
  check_writable(folder.path / "a");
  CHECK(names(folder.path).empty());
  write_file_atomically(folder.path / "a", "whole");
  {
    AtomicFile file(folder.path / "a");
    file.write("half", 4);
  }
  CHECK(read(folder.path / "a") == "whole");
  CHECK(names(folder.path) == std::vector<std::string>{"a"});
}
