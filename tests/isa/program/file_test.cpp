#include <doctest/doctest.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>

#include "isa/arch/chip_config.h"
#include "isa/base/error.h"
#include "isa/program/codec.h"
#include "isa/program/file.h"
#include "isa/program/random.h"
#include "isa/program/text.h"

using namespace inf;
using namespace inf::isa;
namespace fs = std::filesystem;

namespace {

/// A folder that goes away with the test.
struct Folder {
  fs::path path = fs::temp_directory_path() / ("inf_file_test_" + std::to_string(::getpid()));
  Folder() { fs::create_directories(path); }
  ~Folder() { fs::remove_all(path); }
};

const arch::ChipSpec& chip() {
  static const arch::ChipSpec spec = arch::load_chip(INF_SOURCE_DIR "/configs/chips/inf2.yaml");
  return spec;
}

Program sample() {
  Program program;
  program.image = {.name = "sample", .chip = chip().name, .chip_hash = chip().hash(), .dram_bytes = 4096};
  program.image.ops = {{"conv1", "conv2d", {"a", "b"}, 123}, {"pool", "max_pool", {}, 0}};
  auto bytes = std::make_shared<std::vector<std::byte>>(1000, std::byte{7});
  program.image.tensors = {{"x", TensorEntry::Role::input, DType::fp32, {1, 3, 8, 8}, 0, 768, {}},
                           {"w", TensorEntry::Role::constant, DType::bf16, {500}, 1024, 1000, bytes}};
  Random random(5);
  program.segments.resize(3);
  for (Segment& segment : program.segments)
    for (const InstructionInfo& row : kInstructions) {
      if (row.opcode == Opcode::loop || row.opcode == Opcode::end_loop || row.opcode == Opcode::branch) continue;
      const RandomInstruction r = random_instruction(row.opcode, random, chip());
      const auto engine = static_cast<std::size_t>(r.engine);
      encode(r.instruction, segment.code[engine]);
      if (segment.source[engine].empty()) segment.source[engine].push_back({0, 1});
      ++segment.source[engine].back().instructions;
    }
  return program;
}

std::string slurp(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}
void spill(const fs::path& file, const std::string& bytes) { std::ofstream(file, std::ios::binary) << bytes; }

/// The error of reading these bytes, "ok" for none.
Error error_of(const fs::path& file, const std::string& bytes, const arch::ChipSpec* spec = nullptr) {
  spill(file, bytes);
  try {
    const auto source = read_program(file, spec);
    collect(*source);
  } catch (const Error& error) {
    return error;
  }
  return Error(ErrorKind::internal, "", "ok");
}

/// Byte offsets where the sections begin: behind magic and version, headers of 32 bytes with the packed size at 16.
std::vector<std::size_t> section_offsets(const std::string& bytes) {
  std::vector<std::size_t> offsets;
  for (std::size_t at = 12; at < bytes.size();) {
    offsets.push_back(at);
    std::uint64_t packed = 0;
    std::memcpy(&packed, bytes.data() + at + 16, 8);
    at += 32 + packed;
  }
  return offsets;
}

}  // namespace

TEST_CASE("a program comes back from its file as it was, more than once") {
  Folder folder;
  const Program program = sample();
  const fs::path file = folder.path / "a.infp";
  write_program(*source_of(program), file);
  const auto source = read_program(file, &chip());
  for (int i = 0; i < 2; ++i) {
    const Program again = collect(*source);
    CHECK(print(again) == print(program));
    REQUIRE(again.segments.size() == program.segments.size());
    CHECK(again.segments[2].code == program.segments[2].code);
  }
  int files = 0;
  for ([[maybe_unused]] const auto& entry : fs::directory_iterator(folder.path)) ++files;
  CHECK(files == 1);
  // The same program gives the same bytes.
  write_program(*source_of(program), folder.path / "b.infp");
  CHECK(slurp(file) == slurp(folder.path / "b.infp"));
}

TEST_CASE("text and file hold the same program") {
  Folder folder;
  const Program program = sample();
  write_program(*source_of(parse_program(print(program), "text")), folder.path / "a.infp");
  CHECK(print(collect(*read_program(folder.path / "a.infp"))) == print(program));
}

TEST_CASE("a file cut anywhere is refused") {
  Folder folder;
  const fs::path file = folder.path / "a.infp";
  write_program(*source_of(sample()), file);
  const std::string bytes = slurp(file);
  std::vector<std::size_t> cuts = {0, 4, 8, 10, 12, bytes.size() - 1};
  for (std::size_t at : section_offsets(bytes)) cuts.insert(cuts.end(), {at, at + 10, at + 32, at + 40});
  for (std::size_t cut : cuts) {
    if (cut >= bytes.size()) continue;
    CAPTURE(cut);
    const Error error = error_of(file, bytes.substr(0, cut));
    CAPTURE(error.what());
    CHECK(error.kind() == ErrorKind::import);
    CHECK(error.where() == file.string());
    CHECK(error.message() != "ok");
  }
  CHECK(error_of(file, bytes).message() == "ok");
}

TEST_CASE("a flipped byte in any section is refused") {
  Folder folder;
  const fs::path file = folder.path / "a.infp";
  write_program(*source_of(sample()), file);
  const std::string bytes = slurp(file);
  const std::vector<std::size_t> offsets = section_offsets(bytes);
  CHECK(offsets.size() == 6);  // image, constant, three segments, end
  for (std::size_t at : offsets)
    for (std::size_t in_section : {0, 4, 8, 16, 24, 31, 32, 36}) {
      if (at + in_section >= bytes.size()) continue;
      std::string broken = bytes;
      broken[at + in_section] = static_cast<char>(broken[at + in_section] ^ 0x10);
      CAPTURE(at);
      CAPTURE(in_section);
      const Error error = error_of(file, broken);
      CAPTURE(error.what());
      CHECK(error.kind() == ErrorKind::import);
    }
  CHECK(error_of(file, bytes + "x").kind() == ErrorKind::import);
}

TEST_CASE("what the messages say") {
  Folder folder;
  const fs::path file = folder.path / "a.infp";
  write_program(*source_of(sample()), file);
  const std::string bytes = slurp(file);
  std::string version = bytes, flipped = bytes;
  version[8] = 9;
  flipped[12 + 32 + 3] = static_cast<char>(flipped[12 + 32 + 3] ^ 1);
  CHECK(error_of(file, "hello").message() == "is no program file; inf-sim compile and inf-sim asm write them");
  CHECK(error_of(file, version).message() ==
        "has format version 9; this inf-sim reads version 2; compile or assemble it again");
  CHECK(error_of(file, flipped).message() ==
        "is corrupted: the image section at byte 12 does not match its checksum; compile or assemble it again");
  CHECK(error_of(file, bytes.substr(0, 40)).message() ==
        "is truncated at byte 40, where a section should begin; compile or assemble it again");
  CHECK_THROWS_WITH_AS(read_program(folder.path / "none.infp"),
                       (folder.path / "none.infp: cannot be read; give the path of a program file").c_str(), Error);

  arch::ChipSpec other = chip();
  other.name = "inf9";
  CHECK(error_of(file, bytes, &other).message() ==
        "was made for chip 'inf2', the chip here is 'inf9'; pass the other chip file or compile again");
  other = chip();
  other.tensor.rows = 64;
  CHECK(error_of(file, bytes, &other).message() == "was made for a chip 'inf2' with other values (hash " +
                                                       chip().hash() + ", here " + other.hash() +
                                                       "); pass the chip file it was made for or compile again");
  CHECK(error_of(file, bytes, &other).kind() == ErrorKind::usage);
}

TEST_CASE("no partial output") {
  Folder folder;
  CHECK_THROWS_AS(write_program(*source_of(sample()), folder.path / "none" / "a.infp"), Error);
  // A source that fails half-way leaves neither the file nor a temporary one.
  struct Failing final : ProgramSource {
    ProgramImage empty;
    const ProgramImage& image() const override { return empty; }
    bool next(Segment&) override { throw Error(ErrorKind::unsupported, "", "half-way"); }
    void rewind() override {}
  } failing;
  CHECK_THROWS_WITH_AS(write_program(failing, folder.path / "a.infp"), "half-way", Error);
  CHECK(fs::is_empty(folder.path));
}
