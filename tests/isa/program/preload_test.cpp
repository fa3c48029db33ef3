#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>

#include "isa/arch/chip_config.h"
#include "isa/base/error.h"
#include "isa/program/file.h"
#include "isa/program/preload.h"
#include "isa/program/text.h"

using namespace inf;
using namespace inf::isa;
namespace fs = std::filesystem;

namespace {

const arch::ChipSpec& chip() {
  static const arch::ChipSpec spec = arch::load_chip(INF_SOURCE_DIR "/configs/chips/inf1.yaml");
  return spec;
}

/// Two constants of 128 x 64 bf16 and an input of the same shape, before `lines`.
std::string program_with(const std::string& lines) {
  std::string data;
  for (int i = 0; i < 128 * 64; ++i) data += i % 64 == 0 ? "\ndata NAME values 1" : " 2";
  const auto constant = [&](const std::string& name) {
    std::string text = "tensor " + name + " constant bf16 [128,64]";
    std::string all = data;
    for (std::size_t at = 0; (at = all.find("NAME", at)) != std::string::npos;) all.replace(at, 4, name);
    return text + all + "\n";
  };
  return "program test\n" + constant("w") + constant("v") + "tensor x input bf16 [128,64]\n" + lines;
}

std::string preload(const std::string& dst, const std::string& src, const std::string& rest = "queue=0 accumulate=0") {
  return "preload dma_copy dst=" + dst + " src=" + src + " " + rest + "\n";
}
const std::string kDst = "sbuf[0:128]@0:bf16(1x64)", kSrc = "w[0:128:128]@0(1x64)";
const std::string kFirst = preload(kDst, kSrc);
const std::string kSecond = preload("sbuf[0:128]@128:bf16(1x64)", "v[0:128:128]@0(1x64)", "queue=1 accumulate=0");

}  // namespace

TEST_CASE("a preload section passes through text and file unchanged") {
  const Program program = parse_program(program_with(kFirst + kSecond), "test.s", &chip());
  REQUIRE(program.image.preload.size() == 2);
  CHECK(pinned_bytes(program.image) == 2 * 128 * 64 * 2);
  CHECK(pinned_region(program.image.preload[1]).first_byte == 128);
  CHECK(print(parse_program(print(program), "again.s", &chip())) == print(program));

  const fs::path file = fs::temp_directory_path() / ("inf_preload_test_" + std::to_string(::getpid()));
  write_program(*source_of(program), file);
  const Program again = collect(*read_program(file, &chip()));
  fs::remove(file);
  CHECK(again.image.preload == program.image.preload);
  CHECK(print(again) == print(program));
}

TEST_CASE("what a preload section may not hold") {
  struct Row {
    const char* name;
    std::string lines, message;
  };
  const std::string plain = "dma_copy dst=" + kDst + " src=" + kSrc + " queue=0 accumulate=0";
  const Row rows[] = {
      {"another instruction", "preload nop", "a dma_copy without waits and signal"},
      {"a wait", "preload wait s0>=1 | " + plain, "a dma_copy without waits and signal"},
      {"a signal", "preload " + plain + " | signal s0+1", "a dma_copy without waits and signal"},
      {"no constant", preload(kDst, "x[0:128:128]@0(1x64)"), "preload 0: src, bytes"},
      {"beyond its constant", preload(kDst, "v[0:128:256]@0(1x64)"), "lies in no constant"},
      {"over two constants", preload(kDst, "w[0:128:128]@128(1x64)"), "lies in no constant"},
      {"to device memory", preload("x[0:128:128]@0(1x64)", kSrc), "dst lies in dram, not in sbuf"},
      {"from SBUF", preload(kDst, "sbuf[0:128]@512:bf16(1x64)"), "src lies in sbuf"},
      {"a cast", preload("sbuf[0:128]@0:fp32(1x64)", kSrc), "different dtypes"},
      {"an addition", preload(kDst, kSrc, "queue=0 accumulate=1"), "accumulate is set"},
      {"gaps", preload("sbuf[0:128]@0:bf16(2x64)", kSrc), "not one run of elements"},
      {"elements", preload("sbuf[0:128]@0:bf16(1x32)", kSrc), "dst has 4096 elements, src 8192"},
      {"one region twice", kFirst + kFirst, "preload 0 and preload 1 share SBUF bytes from 0 on"},
      {"one byte in common", kFirst + preload("sbuf[127:128]@126:bf16(1x2)", "v[0:1:128]@0(1x2)"),
       "preload 0 and preload 1 share SBUF bytes from 126 on"},
      {"outside SBUF", preload("sbuf[0:128]@98300:bf16(1x64)", kSrc), "preload 0: dma_copy: "},
      {"no such queue", preload(kDst, kSrc, "queue=99 accumulate=0"), "queue"},
  };
  for (const Row& row : rows) {
    CAPTURE(std::string(row.name));
    std::string message = "accepted";
    try {
      parse_program(program_with(row.lines + "\n"), "test.s", &chip());
    } catch (const Error& error) {
      message = error.message();
    }
    CAPTURE(message);
    CHECK(message.find(row.message) != std::string::npos);
  }
}

TEST_CASE("regions side by side on partitions or bytes do not meet") {
  const std::string half = preload("sbuf[0:64]@0:bf16(1x64)", "w[0:64:128]@0(1x64)") +
                           preload("sbuf[64:128]@0:bf16(1x64)", "v[0:64:128]@0(1x64)") +
                           preload("sbuf[0:128]@128:bf16(1x64)", "v[0:128:128]@0(1x64)");
  CHECK(parse_program(program_with(half), "test.s", &chip()).image.preload.size() == 3);
}
