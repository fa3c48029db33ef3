#include "tools/workflow/sweep/slurm_script.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "isa/base/atomic_file.h"
#include "isa/base/error.h"

using namespace inf;
using namespace inf::workflow::sweep;

namespace {

namespace fs = std::filesystem;

std::string read(const fs::path& file) {
  std::ifstream in(file);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

/// A folder whose name a shell and sbatch could misread, with programs that note how they were called.
class Site {
 public:
  Site() {
    std::string pattern = (fs::temp_directory_path() / "it's 100% $HOME \"x\" XXXXXX").string();
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    folder = pattern;
    job.program = folder / "bin" / "inf-sim";
    job.folder = folder;
    job.sweep = "my sweep.yaml";
    job.merged = "my sweep.sweep.db";
    job.script = "my sweep.sweep.sbatch";
    job.shards = 3;
    fs::create_directories(folder / "bin");
  }
  ~Site() { fs::remove_all(folder); }

  void program(const char* name, const std::string& body) {
    const fs::path file = folder / "bin" / name;
    write_file_atomically(file, "#!/bin/bash\n" + body);
    fs::permissions(file, fs::perms::owner_all);
  }
  /// Runs a script of the job as Slurm would; returns the exit code and leaves what it says in `out`.
  int run(const std::string& script, const std::string& variables) {
    write_file_atomically(folder / "script", script);
    const std::string command = "env PATH=" + shell_word((folder / "bin").string()) + ":$PATH " + variables + " bash " +
                                shell_word((folder / "script").string()) + " > " +
                                shell_word((folder / "out").string()) + " 2>&1";
    const int status = std::system(command.c_str());
    out = read(folder / "out");
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

  fs::path folder;
  SlurmJob job;
  std::string out;
};

/// A program that writes its arguments, one a line in brackets, to the file "called".
const char* const kNotes = "printf '[%s]' \"$@\" >> called; echo >> called\n";

}  // namespace

TEST_CASE("words of a shell") {
  struct Row {
    const char *text, *word;
  };
  const Row rows[] = {{"plain-1.db", "plain-1.db"}, {"", "''"},           {"a b", "'a b'"},
                      {"it's", "'it'\\''s'"},       {"$HOME", "'$HOME'"}, {"a\nb", "'a\nb'"}};
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(shell_word(row.text) == row.word);
    CHECK(std::system(("test \"$(printf %s. " + shell_word(row.text) + ")\" = \"$(cat <<'E'\n" + row.text + ".\nE\n)\"")
                          .c_str()) == 0);
  }
}

TEST_CASE("databases of shards lie beside the merged one") {
  CHECK(shard_database("a.sweep.db", 2, 4) == "a.sweep.2-of-4.db");
  CHECK(shard_database("x/all", 1, 1) == "x/all.1-of-1");
}

TEST_CASE("a task of the array computes its shard") {
  Site site;
  site.job.arguments = {"--budget", "20", "--no-prune"};
  site.program("inf-sim", kNotes);
  CHECK(site.run(slurm_array_script(site.job), "SLURM_ARRAY_TASK_ID=2 SLURM_CPUS_PER_TASK=5") == 0);
  CHECK(site.out.empty());
  CHECK(read(site.folder / "called") ==
        "[sweep][my sweep.yaml][--shard][2/3][--db][my sweep.sweep.2-of-3.db][-j][5][--budget][20][--no-prune]\n");
}

TEST_CASE("a task whose database is new takes over what was known before") {
  Site site;
  site.program("inf-sim", kNotes);
  write_file_atomically(site.folder / "my sweep.sweep.db", "");
  CHECK(site.run(slurm_array_script(site.job), "SLURM_ARRAY_TASK_ID=2") == 0);
  CHECK(read(site.folder / "called") ==
        "[sweep][merge][-o][my sweep.sweep.2-of-3.db][my sweep.sweep.db]\n"
        "[sweep][my sweep.yaml][--shard][2/3][--db][my sweep.sweep.2-of-3.db][-j][1]\n");
  write_file_atomically(site.folder / "my sweep.sweep.2-of-3.db", "");
  fs::remove(site.folder / "called");
  CHECK(site.run(slurm_array_script(site.job), "SLURM_ARRAY_TASK_ID=2") == 0);
  CHECK(read(site.folder / "called").starts_with("[sweep][my sweep.yaml]"));
  fs::remove(site.folder / "my sweep.sweep.2-of-3.db");
  site.program("inf-sim", "exit 2");
  CHECK(site.run(slurm_array_script(site.job), "SLURM_ARRAY_TASK_ID=2") == 2);
}

TEST_CASE("a task whose inf-sim is killed is queued again, and one that is wrong is not") {
  struct Row {
    const char *name, *program, *variables;
    bool again;
    int code;
  };
  const Row rows[] = {
      {"killed", "kill -9 $$", "SLURM_JOB_ID=77", true, 143},
      {"out of memory, third time", "kill -9 $$", "SLURM_JOB_ID=77 SLURM_RESTART_COUNT=2", true, 143},
      {"killed each time", "kill -9 $$", "SLURM_JOB_ID=77 SLURM_RESTART_COUNT=20", false, 137},
      {"told to end", "kill -TERM $$", "SLURM_JOB_ID=77", false, 143},
      {"ended as told", "exit 130", "SLURM_JOB_ID=77", false, 130},
      {"bad input", "exit 2", "SLURM_JOB_ID=77", false, 2},
      {"done", "exit 0", "SLURM_JOB_ID=77", false, 0},
      {"time runs out", "kill -USR1 $PPID; sleep 20", "SLURM_JOB_ID=77", true, 143},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    Site site;
    site.program("inf-sim", row.program);
    site.program("scontrol", std::string(kNotes) + "kill $PPID\n");  // as Slurm ends a job that it queues again
    CHECK(site.run(slurm_array_script(site.job), std::string("SLURM_ARRAY_TASK_ID=1 ") + row.variables) == row.code);
    CHECK(read(site.folder / "called") == (row.again ? "[requeue][77]\n" : ""));
  }
}

TEST_CASE("the job behind the array merges what there is and says what is missing") {
  Site site;
  site.job.exports = {"--csv", "all points.csv"};
  const std::string script = slurm_merge_script(site.job);
  site.program("inf-sim", kNotes);
  write_file_atomically(site.folder / "my sweep.sweep.1-of-3.db", "");
  write_file_atomically(site.folder / "my sweep.sweep.3-of-3.db", "");
  CHECK(site.run(script, "") == 0);
  CHECK(site.out == "shard 2/3 left no database\n");
  CHECK(read(site.folder / "called") ==
        "[sweep][merge][-o][my sweep.sweep.db][my sweep.sweep.1-of-3.db][my sweep.sweep.3-of-3.db]\n"
        "[sweep][pareto][my sweep.sweep.db][--csv][all points.csv]\n"
        "[sweep][status][--complete][my sweep.sweep.db]\n");
  site.program("inf-sim", "[ $2 != status ]");
  CHECK(site.run(script, "") == 1);
  CHECK(site.out.find("$(sbatch --parsable 'my sweep.sweep.sbatch') 'my sweep.sweep.merge.sbatch'") !=
        std::string::npos);
  CHECK(site.out.find("inf-sim sweep 'my sweep.yaml' --db 'my sweep.sweep.db'") != std::string::npos);
  site.program("inf-sim", "exit 2");
  CHECK(site.run(script, "") == 2);
}

TEST_CASE("what sbatch reads of the scripts") {
  SlurmJob job;
  job.program = "/opt/inf-sim";
  job.folder = "/data/my \"100%\" sweeps";
  job.sweep = "a.yaml";
  job.merged = "a.sweep.db";
  job.script = "a.sweep.sbatch";
  job.shards = 12;
  job.partition = "long";
  job.time = "1-00:00:00";
  job.cpus_per_task = 8;
  job.options = {"--account=chips and models", "--exclusive"};
  const std::string text = slurm_array_script(job), merge = slurm_merge_script(job);
  for (const char* line :
       {"#SBATCH --job-name=\"a\"\n", "#SBATCH --output=\"/data/my \\\"100%%\\\" sweeps/a.sweep.%a-of-12.log\"\n",
        "#SBATCH --array=1-12\n", "#SBATCH --requeue\n", "#SBATCH --open-mode=append\n",
        "#SBATCH --partition=\"long\"\n", "#SBATCH --time=\"1-00:00:00\"\n", "#SBATCH --signal=B:USR1@60\n",
        "#SBATCH --cpus-per-task=8\n", "#SBATCH --account=\"chips and models\"\n", "#SBATCH --exclusive\n"}) {
    CAPTURE(line);
    CHECK(text.find(line) != std::string::npos);
    CHECK(text.find(line) < text.find("\ncd "));
  }
  CHECK(merge.find("#SBATCH --account=\"chips and models\"\n") != std::string::npos);
  CHECK(merge.find("--array") == std::string::npos);
  CHECK(merge.find("--cpus-per-task") == std::string::npos);
  job.time = "";
  CHECK(slurm_array_script(job).find("--signal") == std::string::npos);
  job.folder = "/data/two\nlines";
  CHECK_THROWS_AS(slurm_array_script(job), Error);
}
