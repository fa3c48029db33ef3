#include "tools/workflow/profile/profile_db.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <doctest/doctest.h>
#include <unistd.h>

#include <fstream>

#include "isa/base/error.h"
#include "tests/tools/workflow/profile/profile_text.h"
#include "tests/tools/workflow/profile/recorded.h"
#include "tools/workflow/files.h"
#include "tools/workflow/profile/schema.h"

using namespace inf;
using namespace inf::workflow;
namespace fs = std::filesystem;

namespace {

struct Folder {
  fs::path path = fs::temp_directory_path() / ("inf-sim-profile-db-test-" + std::to_string(::getpid()));
  Folder() { fs::create_directories(path); }
  ~Folder() { fs::remove_all(path); }
  fs::path operator/(const char* name) const { return path / name; }
};

void write_text(const fs::path& path, std::string_view text) { std::ofstream(path, std::ios::binary) << text; }

std::string what(const std::function<void()>& act) {
  try {
    act();
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::usage);
    return error.what();
  }
  return "";
}

/// One of everything, with numbers that no rounding would keep.
Profile every_part() {
  Profile p;
  p.workload = "w", p.model = "m 'quoted' \"twice\"", p.chip = "inf2", p.chip_title = "t", p.chip_hash = "0123";
  p.precision = "bf16", p.mode = "both", p.ticks = 9007199254740993, p.tick_mhz = 5600;
  p.settings = {{"chip.tensor.rows", "128"}, {"batch", "4"}};
  p.programs = {{"first", 0, 0, 0, 100}, {"second", 1, 3, 100, 17}};
  p.engines = {{"tensor", 0.1, 1.0 / 3, 12, {{"dma", 1e-9}, {"issue", 2}}}, {"dma", 5, 0.5, 2, {}}};
  p.weights = Weights{1, 2, 3, 0.25, 1.1, 7};
  p.roofline = Roofline{1, 2, 3, 4, 91.75, 160.1, 0.1, 0.2, 0.3};
  p.warnings = {"a warning of no metric"};
  ProfileOperator op;
  op.use = {"/a/Conv",
            "conv2d",
            {"/a/Conv", "/a/Relu"},
            1.5,
            0.1,
            2.5,
            3.5,
            {{"tensor", 0.7}, {"dma", 0.9}},
            "dma",
            "dma",
            0.9,
            11,
            12,
            13,
            14,
            15.5,
            "tile 1x2"};
  op.work = {3, 0.5, 0.25, 40, 5, 6, 7};
  op.layer = "/a", op.program = 1, op.path_ticks = 90, op.path_by_cause = {{"datapath", 60}, {"dma data", 30}};
  p.operators = {op, ProfileOperator{}};
  p.path = {{0, 90, "dma", 0, "dma data", 7, "dma_copy"}, {90, 117, "host", -1, "other", -1, ""}};
  p.usage = {{"SBUF", "bytes", 100, {{0, 0.0}, {5, 64.0}}, 0, 0},
             {"PSUM bank 1", "bytes", 10, {{0, 1.0}}, 1, 3},
             {"device memory read", "bytes/ns", 820, {{0, 0.3}}, 0, 0},
             {"DMA transfers pending", "transfers", 0, {{0, 2.0}}, 0, 0}};
  p.what_if = {{"dma.engines", "engines", 16, 15, 17, 120, 110, "replayed", -0.3}};
  p.findings = {{"c", "because", "try", 12.5, 0.125}};
  p.metrics = {{"total_time", "ns", "time", 0.1}, {"model_flops", "flop", "flops", 2}};
  return p;
}

}  // namespace

TEST_CASE("what is written is read") {
  const Folder folder;
  const Profile all = every_part();
  RecordedRun run{.detail = Detail::operators};
  write_profile(all, run, folder / "all.db");
  CHECK(text_of(read_profile(folder / "all.db")) == text_of(all));

  const Profile empty{.tick_mhz = 1};
  write_profile(empty, run, folder / "all.db");  // a profile takes the place of a profile
  CHECK(text_of(read_profile(folder / "all.db")) == text_of(empty));

  for (const Detail detail : {Detail::operators, Detail::instructions}) {
    const Recorded recorded = record_craft("inf2", detail);
    const Profile craft = recorded.profile();
    write_profile(craft, recorded.run, folder / "craft.db");
    CHECK(text_of(read_profile(folder / "craft.db")) == text_of(craft));
  }
}

TEST_CASE("two runs give the same bytes") {
  const Folder folder;
  for (const char* file : {"a.db", "b.db"}) {
    const Recorded recorded = record_craft("inf1", Detail::instructions);
    write_profile(recorded.profile(), recorded.run, folder / file);
  }
  CHECK(read_file(folder / "a.db") == read_file(folder / "b.db"));
  CHECK(std::distance(fs::directory_iterator(folder.path), {}) == 2);  // nothing else is left behind
}

TEST_CASE("no file but a profile is replaced") {
  const Folder folder;
  const RecordedRun run{.detail = Detail::operators};
  const Profile profile = every_part();
  write_text(folder / "notes.txt", "mine");
  SQLite::Database(folder / "other.db", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE).exec("CREATE TABLE t (x)");
  for (const char* file : {"notes.txt", "other.db"}) {
    CAPTURE(file);
    const std::string before = read_file(folder / file);
    CHECK(what([&] { write_profile(profile, run, folder / file); }).find("exists and is no profile") !=
          std::string::npos);
    CHECK(read_file(folder / file) == before);
  }
  write_text(folder / "empty.db", "");
  write_profile(profile, run, folder / "empty.db");
  CHECK(text_of(read_profile(folder / "empty.db")) == text_of(profile));
  CHECK(what([&] { check_profile_destination(folder / "no such folder" / "x.db"); }).find("cannot be written") !=
        std::string::npos);
}

TEST_CASE("what is no profile of this version is refused and left alone") {
  const Folder folder;
  write_profile(every_part(), RecordedRun{.detail = Detail::operators}, folder / "good.db");
  const std::string good = read_file(folder / "good.db");
  write_text(folder / "text.db",
             "no database at all, but longer than the header of one would be: " + std::string(100, '.'));
  write_text(folder / "empty.db", "");
  write_text(folder / "short.db", good.substr(0, 50));
  write_text(folder / "half.db", good.substr(0, good.size() / 2));
  SQLite::Database(folder / "other.db", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE).exec("CREATE TABLE t (x)");
  const auto changed = [&](const char* file, const char* statement) {
    write_text(folder / file, good);
    SQLite::Database(folder / file, SQLite::OPEN_READWRITE).exec(statement);
  };
  changed("newer.db", "PRAGMA user_version = 99");
  changed("no_run.db", "DELETE FROM Run");
  changed("no_table.db", "DROP TABLE Operator");
  changed("no_operator.db", "UPDATE CriticalPath SET operator = 77 WHERE id = 0");
  changed("no_program.db", "UPDATE Operator SET program = -1");
  changed("no_clock.db", "UPDATE Run SET tick_mhz = 0");
  struct Row {
    const char* file;
    const char* says;
  };
  const Row rows[] = {
      {"none.db", "does not exist"},
      {"text.db", "not an SQLite file"},
      {"empty.db", "is empty"},
      {"short.db", "is damaged"},
      {"half.db", "is damaged"},
      {"other.db", "no profile of inf-sim"},
      {"newer.db", "tables of version 99; this inf-sim reads version 1"},
      {"no_run.db", "is damaged"},
      {"no_table.db", "cannot be read: no such table: Operator"},
      {"no_operator.db", "is damaged"},
      {"no_program.db", "is damaged"},
      {"no_clock.db", "is damaged"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.file);
    const bool there = fs::exists(folder / row.file);
    const std::string before = there ? read_file(folder / row.file) : "";
    const std::string error = what([&] { read_profile(folder / row.file); });
    CAPTURE(error);
    CHECK(error.find(row.says) != std::string::npos);
    CHECK(fs::exists(folder / row.file) == there);
    if (there) CHECK(read_file(folder / row.file) == before);
  }
  CHECK(what([&] { read_profile(folder.path); }).find("is a folder") != std::string::npos);
}

TEST_CASE("every table has its columns once, and each says what it is") {
  SQLite::Database db(":memory:", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  for (const TableInfo& table : profile_tables()) {
    CAPTURE(table.name);
    db.exec(create_statement(table, 5600));
    CHECK_FALSE(table.meaning.empty());
    for (const ColumnInfo& column : table.columns) {
      CAPTURE(column.name);
      CHECK_FALSE(column.meaning.empty());
      CHECK_FALSE(column.unit.empty());
    }
  }
}
