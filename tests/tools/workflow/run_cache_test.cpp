#include "tools/workflow/run_cache.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <fstream>

#include "isa/base/error.h"
#include "tools/workflow/content_key.h"

using namespace inf;
using namespace inf::workflow;
namespace fs = std::filesystem;

namespace {

/// A folder of its own that goes when the test ends.
struct Folder {
  fs::path path = fs::temp_directory_path() / ("inf-sim-cache-test-" + std::to_string(::getpid()));
  Folder() { fs::remove_all(path); }
  ~Folder() { fs::remove_all(path); }
};

void overwrite(const fs::path& file, const std::string& text) { std::ofstream(file, std::ios::binary) << text; }

}  // namespace

TEST_CASE("entries come back, from another cache on the folder too") {
  const Folder folder;
  RunCache cache(folder.path / "deep" / "er");
  CHECK(!cache.find("a"));
  cache.store("a", "first\nsecond\n");
  cache.store("a", "third");
  RunCache other(folder.path / "deep" / "er");
  CHECK(other.find("a") == "third");
  CHECK(other.found() == 1);
  CHECK(cache.stored() == 2);
  CHECK(other.notes().empty());
}

TEST_CASE("damaged entries count as missing, and a note names them") {
  const Folder folder;
  RunCache cache(folder.path);
  struct Row {
    std::string name;
    std::size_t cut;  ///< bytes that are left
    bool flip;
  };
  for (const Row& row : {Row{"empty", 0, false}, Row{"cut short", 50, false}, Row{"a changed byte", 0, true}}) {
    CAPTURE(row.name);
    cache.store("k", "some text of a run");
    const fs::path file = folder.path / "k.run";
    std::string bytes;
    std::getline(std::ifstream(file), bytes, '\0');
    if (row.flip)
      bytes.back() ^= 1;
    else
      bytes.resize(row.cut);
    overwrite(file, bytes);
    RunCache reader(folder.path);
    CHECK(!reader.find("k"));
    REQUIRE(reader.notes().size() == 1);
    CHECK(reader.notes().front() == file.string() + ": a damaged cache entry; computed again");
    reader.store("k", "again");
    CHECK(reader.find("k") == "again");
  }
}

TEST_CASE("without a folder nothing is kept") {
  RunCache cache(std::nullopt);
  cache.store("a", "text");
  CHECK(!cache.find("a"));
}

TEST_CASE("a folder that cannot hold entries") {
  const Folder folder;
  overwrite(folder.path, "a file");
  CHECK_THROWS_WITH_AS(RunCache(folder.path / "below"), doctest::Contains("the cache folder cannot be made"), Error);
}

TEST_CASE("content keys") {
  const auto key = [](std::initializer_list<std::string_view> parts) {
    ContentKey k;
    for (const auto part : parts) k.add(part);
    return k.text();
  };
  CHECK(key({"ab", "c"}) == key({"ab", "c"}));
  CHECK(key({"ab", "c"}) != key({"a", "bc"}));
  CHECK(key({"ab"}) != key({"ab", ""}));
  CHECK(key({}).size() == 32);
  CHECK(program_version().size() == 16);
}
