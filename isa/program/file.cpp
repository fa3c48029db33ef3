#include "isa/program/file.h"

#include <fmt/core.h>
#include <xxhash.h>
#include <zstd.h>

#include <bit>
#include <fstream>

#include "isa/base/atomic_file.h"
#include "isa/base/error.h"
#include "isa/program/preload.h"
#include "isa/program/serial.h"

namespace inf::isa {
namespace {

static_assert(std::endian::native == std::endian::little, "program files are little-endian");

constexpr char kMagic[8] = {'I', 'N', 'F', 'P', 'R', 'O', 'G', '\n'};
constexpr std::uint32_t kVersion = 2;
constexpr int kCompressionLevel = 1;
constexpr std::uint64_t kMaxSection = std::uint64_t{1} << 34;

enum class Kind : std::uint32_t { image = 1, constant = 2, segment = 3, end = 4, preload = 5 };

const char* kind_name(Kind kind) {
  switch (kind) {
    case Kind::image: return "image";
    case Kind::constant: return "constant";
    case Kind::segment: return "segment";
    case Kind::end: return "end";
    case Kind::preload: return "preload";
  }
  return "unknown";
}

struct SectionHeader {
  Kind kind = Kind::end;
  std::uint32_t index = 0;  ///< of its kind; the tensor for constants; the number of segments for the end
  std::uint64_t raw_bytes = 0;
  std::uint64_t packed_bytes = 0;
  std::uint64_t checksum = 0;  ///< of the fields above and the packed bytes
};
static_assert(sizeof(SectionHeader) == 32);

std::uint64_t checksum_of(const SectionHeader& header, const std::vector<std::byte>& packed) {
  const std::uint64_t seed = XXH64(&header, offsetof(SectionHeader, checksum), kVersion);
  return XXH64(packed.data(), packed.size(), seed);
}

class FileWriter {
 public:
  explicit FileWriter(const std::filesystem::path& file) : file_(file.string()), out_(file) {
    out_.write(kMagic, sizeof kMagic);
    out_.write(&kVersion, sizeof kVersion);
  }

  void section(Kind kind, std::uint32_t index, const std::vector<std::byte>& raw) {
    std::vector<std::byte> packed(ZSTD_compressBound(raw.size()));
    const std::size_t size = ZSTD_compress(packed.data(), packed.size(), raw.data(), raw.size(), kCompressionLevel);
    if (ZSTD_isError(size) != 0) throw Error(ErrorKind::internal, file_, ZSTD_getErrorName(size));
    packed.resize(size);
    SectionHeader header{kind, index, raw.size(), packed.size(), 0};
    header.checksum = checksum_of(header, packed);
    out_.write(&header, sizeof header);
    out_.write(packed.data(), packed.size());
  }

  void finish() { out_.commit(); }

 private:
  std::string file_;
  AtomicFile out_;
};

class FileSource final : public ProgramSource {
 public:
  explicit FileSource(const std::filesystem::path& file) : file_(file.string()), in_(file, std::ios::binary) {
    std::error_code error;
    if (std::filesystem::is_directory(file, error)) throw Error(ErrorKind::usage, file_, "is a folder; give a file");
    size_ = std::filesystem::file_size(file, error);
    if (!in_ || error) throw Error(ErrorKind::usage, file_, "cannot be read; give the path of a program file");
    read_preamble();
    read_sections();
    rewind();
  }

  const ProgramImage& image() const override { return image_; }
  bool next(Segment& segment) override {
    if (at_ == segments_.size()) return false;
    in_.clear();
    in_.seekg(static_cast<std::streamoff>(segments_[at_++]));
    segment = unpacked<Segment>(read_header(), nullptr);
    return true;
  }
  void rewind() override { at_ = 0; }

 private:
  [[noreturn]] void fail(std::string message) const {
    throw Error(ErrorKind::import, file_, std::move(message) + "; compile or assemble it again");
  }

  void read_preamble() {
    char magic[sizeof kMagic] = {};
    std::uint32_t version = 0;
    in_.read(magic, sizeof magic);
    if (!in_ || std::memcmp(magic, kMagic, sizeof kMagic) != 0)
      throw Error(ErrorKind::import, file_, "is no program file; inf-sim compile and inf-sim asm write them");
    in_.read(reinterpret_cast<char*>(&version), sizeof version);
    if (!in_) fail("is truncated in its first bytes");
    if (version != kVersion)
      fail(fmt::format("has format version {}; this inf-sim reads version {}", version, kVersion));
  }

  SectionHeader read_header() {
    SectionHeader header;
    offset_ = static_cast<std::uint64_t>(in_.tellg());
    in_.read(reinterpret_cast<char*>(&header), sizeof header);
    if (!in_) fail(fmt::format("is truncated at byte {}, where a section should begin", size_));
    const auto kind = static_cast<std::uint32_t>(header.kind);
    if (kind < 1 || kind > 5 || header.raw_bytes > kMaxSection)
      fail(fmt::format("is corrupted: no section begins at byte {}", offset_));
    const std::uint64_t left = size_ - offset_ - sizeof header;
    if (header.packed_bytes > left)
      fail(fmt::format("is truncated: the {} section at byte {} needs {} bytes, {} are left", kind_name(header.kind),
                       offset_, header.packed_bytes, left));
    return header;
  }

  std::vector<std::byte> read_packed(const SectionHeader& header) {
    std::vector<std::byte> packed(header.packed_bytes);
    in_.read(reinterpret_cast<char*>(packed.data()), static_cast<std::streamsize>(packed.size()));
    if (!in_ || checksum_of(header, packed) != header.checksum)
      fail(fmt::format("is corrupted: the {} section at byte {} does not match its checksum", kind_name(header.kind),
                       offset_));
    return packed;
  }

  std::vector<std::byte> unpack(const SectionHeader& header, const std::vector<std::byte>& packed) const {
    std::vector<std::byte> raw(header.raw_bytes);
    const std::size_t size = ZSTD_decompress(raw.data(), raw.size(), packed.data(), packed.size());
    if (ZSTD_isError(size) != 0 || size != raw.size())
      fail(fmt::format("is corrupted: the {} section at byte {} does not unpack", kind_name(header.kind), offset_));
    return raw;
  }

  /// Unpacks the section behind the header just read.
  template <class T>
  T unpacked(const SectionHeader& header, const std::vector<std::byte>* given) {
    const std::vector<std::byte> raw = unpack(header, given != nullptr ? *given : read_packed(header));
    T value;
    serial::Reader reader{raw.data(), raw.data() + raw.size()};
    try {
      serial::describe(reader, value);
    } catch (const Error& error) {
      fail(fmt::format("is corrupted: {} ({} section at byte {})", error.message(), kind_name(header.kind), offset_));
    }
    return value;
  }

  void read_preload(const std::vector<std::byte>& code) {
    try {
      image_.preload = decode_preload(code);
    } catch (const Error& error) {
      fail(fmt::format("is corrupted: {} (preload section at byte {})", error.message(), offset_));
    }
    const std::vector<std::string> mistakes = preload_mistakes(image_, nullptr);
    if (!mistakes.empty()) fail(fmt::format("is corrupted: {}", mistakes.front()));
  }

  /// Checks every section once; keeps image and constants, and where the segments are.
  void read_sections() {
    bool have_image = false;
    for (;;) {
      const SectionHeader header = read_header();
      const std::vector<std::byte> packed = read_packed(header);
      switch (header.kind) {
        case Kind::image:
          image_ = unpacked<ProgramImage>(header, &packed);
          have_image = true;
          break;
        case Kind::constant:
          if (header.index >= image_.tensors.size())
            fail(fmt::format("is corrupted: constant {} has no tensor", header.index));
          image_.tensors[header.index].data = std::make_shared<const std::vector<std::byte>>(unpack(header, packed));
          break;
        case Kind::preload: read_preload(unpack(header, packed)); break;
        case Kind::segment: segments_.push_back(offset_); break;
        case Kind::end:
          if (!have_image || header.index != segments_.size() || static_cast<std::uint64_t>(in_.tellg()) != size_)
            fail("is corrupted: its last section does not match the others");
          return;
      }
    }
  }

  std::string file_;
  std::ifstream in_;
  std::uint64_t size_ = 0, offset_ = 0;
  ProgramImage image_;
  std::vector<std::uint64_t> segments_;
  std::size_t at_ = 0;
};

}  // namespace

void write_program(ProgramSource& source, const std::filesystem::path& file) {
  FileWriter writer(file);
  std::vector<std::byte> raw;
  serial::Writer io{raw};
  serial::describe(io, source.image());
  writer.section(Kind::image, 0, raw);
  const std::vector<TensorEntry>& tensors = source.image().tensors;
  for (std::size_t i = 0; i < tensors.size(); ++i)
    if (tensors[i].data) writer.section(Kind::constant, static_cast<std::uint32_t>(i), tensors[i].data.bytes());
  if (!source.image().preload.empty()) writer.section(Kind::preload, 0, encode_preload(source.image().preload));
  source.rewind();
  std::uint32_t count = 0;
  for (Segment segment; source.next(segment); ++count) {
    raw.clear();
    serial::describe(io, segment);
    writer.section(Kind::segment, count, raw);
  }
  writer.section(Kind::end, count, {});
  writer.finish();
}

void check_chip(const ProgramImage& image, const arch::ChipSpec& chip, const std::string& where) {
  const std::string hash = chip.hash();
  if (image.chip != chip.name)
    throw Error(ErrorKind::usage, where,
                fmt::format("was made for chip '{}', the chip here is '{}'; pass the other chip file or compile again",
                            image.chip, chip.name));
  if (image.chip_hash != hash)
    throw Error(ErrorKind::usage, where,
                fmt::format("was made for a chip '{}' with other values (hash {}, here {}); pass the chip file it was "
                            "made for or compile again",
                            chip.name, image.chip_hash, hash));
}

std::unique_ptr<ProgramSource> read_program(const std::filesystem::path& file, const arch::ChipSpec* chip) {
  auto source = std::make_unique<FileSource>(file);
  if (chip != nullptr) check_chip(source->image(), *chip, file.string());
  return source;
}

}  // namespace inf::isa
