#include "tools/workflow/tensor_files.h"

#include <doctest/doctest.h>

using namespace inf::workflow;

TEST_CASE("tensors get files of their own that stay in the folder") {
  using Names = std::vector<std::string>;
  struct Row {
    const char* name;
    Names tensors, files;
  };
  const Row rows[] = {
      {"plain", {"y", "a-b_1"}, {"y.npy", "a-b_1.npy"}},
      {"folders", {"../../etc/x", "/y"}, {"______etc_x.npy", "_y.npy"}},
      {"no name", {""}, {"_.npy"}},
      {"bytes beyond ASCII", {"\xc3\xa9"}, {"__.npy"}},
      {"alike", {"o/1", "o_1", "o.1"}, {"o_1.npy", "o_1_2.npy", "o_1_3.npy"}},
      {"the number is taken", {"o/1", "o_1", "o_1_2"}, {"o_1.npy", "o_1_2.npy", "o_1_2_2.npy"}},
      {"too long", {std::string(500, 'n')}, {std::string(200, 'n') + ".npy"}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK(tensor_files(row.tensors) == row.files);
  }
}
