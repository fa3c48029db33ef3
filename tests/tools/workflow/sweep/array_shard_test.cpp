#include "tools/workflow/sweep/array_shard.h"

#include <doctest/doctest.h>

#include "isa/base/error.h"

using namespace inf;
using namespace inf::workflow::sweep;

namespace {

Environment slurm(const char* id, const char* count, const char* low, const char* high, const char* step) {
  return {{"SLURM_ARRAY_TASK_ID", id},
          {"SLURM_ARRAY_TASK_COUNT", count},
          {"SLURM_ARRAY_TASK_MIN", low},
          {"SLURM_ARRAY_TASK_MAX", high},
          {"SLURM_ARRAY_TASK_STEP", step}};
}

Environment with(Environment environment, const char* name, const char* value) {
  environment[name] = value;
  return environment;
}

}  // namespace

TEST_CASE("shards on the command line count from 1") {
  struct Row {
    const char* text;
    int index, count;
  };
  for (const Row& row : {Row{"1/1", 0, 1}, Row{"1/4", 0, 4}, Row{"4/4", 3, 4}, Row{"2000/4000001", 1999, 4000001}}) {
    CAPTURE(row.text);
    const Shard shard = parse_shard(row.text);
    CHECK(shard.index == row.index);
    CHECK(shard.count == row.count);
    CHECK(shard_text(shard) == row.text);
  }
  struct Wrong {
    const char *text, *says;
  };
  const Wrong wrongs[] = {
      {"0/4", "0 is outside 1..4"},
      {"5/4", "5 is outside 1..4"},
      {"", "'' is no shard"},
      {"2", "'2' is no shard"},
      {"2/", "'2/' is no shard"},
      {"/4", "'/4' is no shard"},
      {"1/0", "'1/0' is no shard"},
      {"-1/4", "-1 is outside 1..4"},
      {"1/4/2", "'1/4/2' is no shard"},
      {"1.5/4", "'1.5/4' is no shard"},
      {"1 / 4", "'1 / 4' is no shard"},
      {"one/four", "'one/four' is no shard"},
      {"+1/4", "'+1/4' is no shard"},
      {"1/4000002", "'1/4000002' is no"},
      {"1/99999999999999", "'1/99999999999999' is"},
  };
  for (const Wrong& wrong : wrongs) {
    CAPTURE(wrong.text);
    try {
      parse_shard(wrong.text);
      FAIL("read");
    } catch (const Error& error) {
      CHECK(error.where() == "--shard");
      CHECK(error.message().starts_with(wrong.says));
      CHECK(exit_code(error.kind()) == 2);
    }
  }
}

TEST_CASE("shards from the variables of array schedulers") {
  struct Row {
    const char* name;
    Environment environment;
    int index, count;
    const char* from;
  };
  const Row rows[] = {
      {"Slurm from 0", slurm("0", "4", "0", "3", "1"), 0, 4, "SLURM_ARRAY_TASK_ID 0 of 0-3"},
      {"Slurm, last", slurm("3", "4", "0", "3", "1"), 3, 4, "SLURM_ARRAY_TASK_ID 3 of 0-3"},
      {"Slurm from 1", slurm("4", "4", "1", "4", "1"), 3, 4, "SLURM_ARRAY_TASK_ID 4 of 1-4"},
      {"Slurm in steps", slurm("4", "4", "0", "6", "2"), 2, 4, "SLURM_ARRAY_TASK_ID 4 of 0-6:2"},
      {"Slurm, the last step ends early", slurm("6", "3", "0", "7", "3"), 2, 3, "SLURM_ARRAY_TASK_ID 6 of 0-7:3"},
      {"Slurm, number said as well", with(slurm("1", "2", "1", "2", "1"), "INF_SIM_SHARDS", "2"), 0, 2,
       "SLURM_ARRAY_TASK_ID 1 of 1-2"},
      {"Kubernetes",
       {{"JOB_COMPLETION_INDEX", "2"}, {"INF_SIM_SHARDS", "5"}},
       2,
       5,
       "JOB_COMPLETION_INDEX 2 of INF_SIM_SHARDS 5"},
      {"Kubernetes, other name",
       {{"JOB_COMPLETION_INDEX", "0"}, {"JOB_COMPLETIONS", "1"}},
       0,
       1,
       "JOB_COMPLETION_INDEX 0 of JOB_COMPLETIONS 1"},
      {"AWS Batch",
       {{"AWS_BATCH_JOB_ARRAY_INDEX", "9"}, {"AWS_BATCH_JOB_ARRAY_SIZE", "10"}},
       9,
       10,
       "AWS_BATCH_JOB_ARRAY_INDEX 9 of AWS_BATCH_JOB_ARRAY_SIZE 10"},
      {"an empty one is none",
       {{"SLURM_ARRAY_TASK_ID", ""}, {"JOB_COMPLETION_INDEX", "0"}, {"JOB_COMPLETIONS", "2"}},
       0,
       2,
       "JOB_COMPLETION_INDEX 0 of JOB_COMPLETIONS 2"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const std::optional<ChosenShard> chosen = array_shard(row.environment);
    REQUIRE(chosen);
    CHECK(chosen->shard.index == row.index);
    CHECK(chosen->shard.count == row.count);
    CHECK(chosen->from == row.from);
  }
}

TEST_CASE("each task of an array gets a shard of its own") {
  bool seen[7] = {};
  for (int id = 10; id <= 28; id += 3) {
    const auto chosen = array_shard(slurm(std::to_string(id).c_str(), "7", "10", "28", "3"));
    REQUIRE(chosen);
    CHECK_FALSE(seen[chosen->shard.index]);
    seen[chosen->shard.index] = true;
  }
}

TEST_CASE("no array") {
  CHECK_FALSE(array_shard({}));
  CHECK_FALSE(array_shard({{"SLURM_JOB_ID", "12"}, {"AWS_BATCH_JOB_ID", "a-b"}, {"JOB_COMPLETIONS", "3"}}));
}

TEST_CASE("variables that do not say which shard") {
  const Environment batch = {{"AWS_BATCH_JOB_ARRAY_INDEX", "1"}, {"AWS_BATCH_JOB_ARRAY_SIZE", "3"}};
  struct Row {
    const char* name;
    Environment environment;
    const char *where, *says;
  };
  const Row rows[] = {
      {"no number", slurm("two", "4", "0", "3", "1"), "SLURM_ARRAY_TASK_ID", "'two' is no whole number"},
      {"negative", slurm("-1", "4", "0", "3", "1"), "SLURM_ARRAY_TASK_ID", "'-1' is no whole number"},
      {"fraction", slurm("1", "4.0", "0", "3", "1"), "SLURM_ARRAY_TASK_COUNT", "'4.0' is no whole number"},
      {"space", slurm("1 ", "4", "0", "3", "1"), "SLURM_ARRAY_TASK_ID", "'1 ' is no whole number"},
      {"overflow", slurm("1", "99999999999", "0", "3", "1"), "SLURM_ARRAY_TASK_COUNT", "'99999999999' is no"},
      {"no step", slurm("1", "4", "0", "3", "0"), "SLURM_ARRAY_TASK_STEP", "'0' is no whole number in 1.."},
      {"no tasks", slurm("1", "0", "0", "3", "1"), "SLURM_ARRAY_TASK_COUNT", "'0' is no whole number in 1.."},
      {"Slurm says no count", {{"SLURM_ARRAY_TASK_ID", "1"}}, "SLURM_ARRAY_TASK_COUNT", "is not set, though"},
      {"below", slurm("1", "4", "2", "5", "1"), "SLURM_ARRAY_TASK_ID", "1 is none of the tasks 2-5"},
      {"above", slurm("6", "4", "2", "5", "1"), "SLURM_ARRAY_TASK_ID", "6 is none of the tasks 2-5"},
      {"between steps", slurm("3", "4", "0", "6", "2"), "SLURM_ARRAY_TASK_ID", "3 is none of the tasks 0-6:2"},
      {"holes", slurm("5", "3", "1", "7", "1"), "SLURM_ARRAY_TASK_ID", "the array's 3 tasks are not 1-7"},
      {"one task again", slurm("3", "1", "3", "3", "1"), "SLURM_ARRAY_TASK_ID", "the array has one task, 3"},
      {"Kubernetes alone", {{"JOB_COMPLETION_INDEX", "2"}}, "JOB_COMPLETION_INDEX", "is 2, but neither"},
      {"Kubernetes, index past the end",
       {{"JOB_COMPLETION_INDEX", "5"}, {"JOB_COMPLETIONS", "5"}},
       "JOB_COMPLETION_INDEX",
       "5 is outside 0..4 of 5 shards"},
      {"Kubernetes, two counts",
       {{"JOB_COMPLETION_INDEX", "2"}, {"INF_SIM_SHARDS", "4"}, {"JOB_COMPLETIONS", "5"}},
       "INF_SIM_SHARDS",
       "4 is not JOB_COMPLETIONS, 5"},
      {"Batch, no size", {{"AWS_BATCH_JOB_ARRAY_INDEX", "1"}}, "AWS_BATCH_JOB_ARRAY_SIZE", "is not set, though"},
      {"Batch, index past the end", with(batch, "AWS_BATCH_JOB_ARRAY_INDEX", "3"), "AWS_BATCH_JOB_ARRAY_INDEX",
       "3 is outside 0..2 of 3 shards"},
      {"another number", with(batch, "INF_SIM_SHARDS", "4"), "INF_SIM_SHARDS",
       "says 4, AWS_BATCH_JOB_ARRAY_INDEX that"},
      {"number alone", {{"INF_SIM_SHARDS", "4"}}, "INF_SIM_SHARDS", "says 4, but no array scheduler"},
      {"nonsense number", with(batch, "INF_SIM_SHARDS", "many"), "INF_SIM_SHARDS", "'many' is no whole number"},
      {"two schedulers", with(batch, "SLURM_ARRAY_TASK_ID", "1"), "SLURM_ARRAY_TASK_ID and AWS_BATCH_JOB_ARRAY_INDEX",
       "are both set"},
      {"two schedulers that agree", with(with(batch, "JOB_COMPLETION_INDEX", "1"), "JOB_COMPLETIONS", "3"),
       "JOB_COMPLETION_INDEX and AWS_BATCH_JOB_ARRAY_INDEX", "are both set"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    try {
      array_shard(row.environment);
      FAIL("read");
    } catch (const Error& error) {
      CHECK(error.where() == row.where);
      CHECK(error.message().starts_with(row.says));
      CHECK(exit_code(error.kind()) == 2);
      REQUIRE(error.notes().size() == 1);
      CHECK(error.notes()[0].starts_with("--shard I/N"));
    }
  }
}

TEST_CASE("variables of this process") {
  ::setenv("INF_SIM_TEST_VARIABLE", "a=b", 1);
  CHECK(process_environment().at("INF_SIM_TEST_VARIABLE") == "a=b");
  ::unsetenv("INF_SIM_TEST_VARIABLE");
  CHECK_FALSE(process_environment().contains("INF_SIM_TEST_VARIABLE"));
}
