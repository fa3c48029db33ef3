#include "tools/workflow/npy.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "isa/base/error.h"

using namespace inf;
using namespace inf::workflow;

namespace {

/// A file that is gone when the test is.
class Scratch {
 public:
  explicit Scratch(const std::string& bytes) : path_(std::filesystem::temp_directory_path() / "inf_sim_npy_test.npy") {
    std::ofstream(path_, std::ios::binary) << bytes;
  }
  ~Scratch() { std::filesystem::remove(path_); }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

std::string header(const std::string& dictionary, const std::string& data) {
  std::string bytes = std::string("\x93NUMPY\x01\x00", 8);
  const std::string text = dictionary + "\n";
  bytes += static_cast<char>(text.size());
  bytes += static_cast<char>(text.size() >> 8);
  return bytes + text + data;
}

}  // namespace

TEST_CASE("arrays come back as they were written") {
  const NpyArray array{{2, 3}, {1, -2, 0.5F, 3e20F, -0.0F, 7}};
  const Scratch file(npy_bytes(array));
  const NpyArray again = read_npy(file.path());
  CHECK(again.shape == array.shape);
  CHECK(again.data == array.data);
  CHECK(npy_bytes(array).find('\n') % 64 == 63);
}

TEST_CASE("every element type widens") {
  struct Row {
    const char* name;
    const char* type;
    std::string bytes;
    float want;
  };
  const Row rows[] = {
      {"half", "<f2", std::string("\x00\x3c", 2), 1},
      {"float", "<f4", std::string("\x00\x00\x20\x41", 4), 10},
      {"double", "<f8", std::string("\x00\x00\x00\x00\x00\x00\xf0\x3f", 8), 1},
      {"signed byte", "|i1", "\xff", -1},
      {"byte", "|u1", "\xff", 255},
      {"bool", "|b1", "\x01", 1},
      {"short", "<i2", "\xfe\xff", -2},
      {"int", "<i4", "\xff\xff\xff\xff", -1},
      {"long", "<i8", "\xff\xff\xff\xff\xff\xff\xff\xff", -1},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const Scratch file(
        header(std::string("{'descr': '") + row.type + "', 'fortran_order': False, 'shape': (1,), }", row.bytes));
    CHECK(read_npy(file.path()).data == std::vector<float>{row.want});
  }
}

TEST_CASE("broken files are told apart") {
  struct Row {
    const char* name;
    std::string bytes;
    const char* message;
  };
  const Row rows[] = {
      {"empty", "", "is not a .npy file"},
      {"text", "hello, this is a text", "is not a .npy file"},
      {"cut header", std::string("\x93NUMPY\x01\x00\xff\x00{'de", 14), "ends inside its header"},
      {"no shape", header("{'descr': '<f4', 'fortran_order': False}", ""), "has a header that is not understood"},
      {"Fortran order", header("{'descr': '<f4', 'fortran_order': True, 'shape': (1,), }", "1234"),
       "is stored in Fortran order; save it with numpy.ascontiguousarray"},
      {"big-endian", header("{'descr': '>f4', 'fortran_order': False, 'shape': (1,), }", "1234"),
       "holds elements of type '>f4'; f2, f4, f8, i1, u1, b1, i2, u2, i4, u4 and i8 are read"},
      {"truncated", header("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), }", "1234"),
       "is truncated: shape [2, 2] needs more than the 1 elements it holds"},
      // 10^12 squared overflows 64 bits
      {"enormous", header("{'descr': '<f4', 'fortran_order': False, 'shape': (999999999999, 999999999999), }", "1234"),
       "is truncated: shape [999999999999, 999999999999] needs more than the 1 elements it holds"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const Scratch file(row.bytes);
    try {
      read_npy(file.path());
      FAIL("no error");
    } catch (const Error& error) {
      CHECK(error.kind() == ErrorKind::import);
      CHECK(error.message() == row.message);
    }
  }
}
