#pragma once
#include "tests/sim/support/program_builder.h"

// A 3x3 convolution of 128 to 128 channels, streamed through SBUF tile by tile as a compiler would: double-buffered
// input tiles, PSUM halves and output tiles, weights resident.
namespace inf::sim::test {

class ConvProgram : public isa::ProgramSource {
 public:
  static constexpr int kRows = 34, kColumns = 66, kBanks = 4, kBankRows = 8, kBankColumns = 64;
  static constexpr int kIn = kRows * kColumns, kOut = kBanks * kBankRows * kBankColumns;
  static constexpr int kInstructionsPerTile = 2 + 9 * (1 + kBanks) + kBanks;

  explicit ConvProgram(int tiles, int tiles_per_segment = 16) : tiles_(tiles), per_segment_(tiles_per_segment) {
    x_ = shape_.input("x", DType::bf16, {128, std::int64_t{tiles} * kIn});
    w_ = shape_.input("w", DType::bf16, {128, 9 * 128});
    y_ = shape_.output("y", DType::bf16, {128, std::int64_t{tiles} * kOut});
  }
  const isa::ProgramImage& image() const override { return shape_.image(); }
  void rewind() override { tile_ = 0; }
  bool next(isa::Segment& segment) override {
    if (tile_ >= tiles_) return false;
    Builder b;
    if (tile_ == 0)
      b.add(Engine::sync, dma(sbuf(0, 128, kWeights, DType::bf16, 9 * 128), dram(w_, 128, DType::bf16, 9 * 128)), {},
            signal(4));
    for (int i = 0; i < per_segment_ && tile_ < tiles_; ++i) add_tile(b, tile_++);
    b.rewind();
    return b.next(segment);
  }
  /// Small integers, so that any order of the sums would be exact; salted per element.
  std::vector<TensorData> inputs() const {
    std::vector<TensorData> all;
    for (const isa::TensorEntry& t : shape_.image().tensors) {
      if (t.role != isa::TensorEntry::Role::input) continue;
      TensorData d{t.name, std::vector<std::byte>(static_cast<std::size_t>(t.bytes))};
      std::uint32_t seed = 12345;
      for (std::int64_t i = 0; i < t.bytes / 2; ++i) {
        seed = seed * 1664525u + 1013904223u;
        const std::uint16_t bits = static_cast<std::uint16_t>(0x3c00u + (seed >> 22) + ((seed >> 5 & 1) << 15));
        std::memcpy(d.bytes.data() + 2 * i, &bits, 2);
      }
      all.push_back(std::move(d));
    }
    return all;
  }

 private:
  static constexpr std::int64_t kWeights = 0, kInput = 4096, kInputPitch = 8192, kOutput = 32768, kOutputPitch = 8192;

  void add_tile(Builder& b, int t) const {
    const int half = t % 2;
    const std::int64_t in = kInput + half * kInputPitch, out = kOutput + half * kOutputPitch;
    const auto wait_if = [](bool used, int s, int v) { return used ? wait(s, v) : isa::Wait{}; };
    Access from = dram(x_ + std::int64_t{t} * kIn * 2, 128, DType::bf16, kIn);
    from.partition_step = std::int64_t{tiles_} * kIn * 2;
    b.add(Engine::sync, dma(sbuf(0, 128, in, DType::bf16, kIn), from), {wait_if(t >= 2, 1, t - 1)}, signal(0));
    for (int tap = 0; tap < 9; ++tap) {
      const isa::LoadStationary weights = load(sbuf(0, 128, kWeights + tap * 256, DType::bf16, 128));
      b.add(Engine::tensor, weights, {wait_if(t == 0 && tap == 0, 4, 1)});
      for (int bank = 0; bank < kBanks; ++bank) {
        const int row = bank * kBankRows + tap / 3, column = tap % 3;
        const Access moving = sbuf(0, 128, in + (row * kColumns + column) * 2, DType::bf16,
                                   Pattern::grid({kColumns, kBankRows}, {1, kBankColumns}));
        const bool first = tap == 0 && bank == 0, last = tap == 8 && bank == kBanks - 1;
        b.add(Engine::tensor, matmul(psum(0, 128, (half * kBanks + bank) * 2048, 512), moving, tap > 0),
              {wait_if(first, 0, t + 1), wait_if(first && t >= 2, 2, t - 1)}, last ? signal(1) : isa::Signal{});
      }
    }
    for (int bank = 0; bank < kBanks; ++bank)
      b.add(Engine::scalar,
            activation(sbuf(0, 128, out + bank * 1024, DType::bf16, 512),
                       psum(0, 128, (half * kBanks + bank) * 2048, 512), numerics::ActFn::relu),
            {wait_if(bank == 0, 1, t + 1), wait_if(bank == 0 && t >= 2, 3, t - 1)},
            bank == kBanks - 1 ? signal(2) : isa::Signal{});
    Access to = dram(y_ + std::int64_t{t} * kOut * 2, 128, DType::bf16, kOut);
    to.partition_step = std::int64_t{tiles_} * kOut * 2;
    b.add(Engine::gpsimd, dma(to, sbuf(0, 128, out, DType::bf16, kOut), 1), {wait(2, t + 1)}, signal(3));
  }

  Builder shape_;
  std::int64_t x_ = 0, w_ = 0, y_ = 0;
  int tiles_, per_segment_, tile_ = 0;
};

}  // namespace inf::sim::test
