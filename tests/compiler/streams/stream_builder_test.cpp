#include "compiler/streams/stream_builder.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "isa/arch/chip_config.h"
#include "isa/program/codec.h"

using namespace inf;
using namespace inf::compiler;
using arch::Engine;

namespace {

/// "tensor>=3 vector>=1" per instruction of one stream; nops stand as "nop(...)".
std::vector<std::string> waits(StreamBuilder& builder, Engine engine) {
  isa::Segment segment;
  builder.take(segment);
  std::vector<std::string> texts;
  const auto& code = segment.code[static_cast<std::size_t>(engine)];
  const std::byte* p = code.data();
  while (p < code.data() + code.size()) {
    const isa::Instruction i = isa::decode(p, code.data() + code.size());
    std::string text;
    for (const isa::Wait& w : i.waits)
      if (w.used) text += (text.empty() ? "s" : " s") + std::to_string(w.semaphore) + ">=" + std::to_string(w.value);
    texts.push_back(isa::opcode(i.op) == isa::Opcode::nop ? "nop(" + text + ")" : text);
  }
  return texts;
}

const arch::ChipSpec& inf2() {
  static const arch::ChipSpec chip = arch::load_chip(INF_SOURCE_DIR "/configs/chips/inf2.yaml");
  return chip;
}

const isa::Operation kWork = isa::RegisterSet{};

}  // namespace

TEST_CASE("a wait is put in once") {
  StreamBuilder b(inf2());
  const Horizon v1 = b.emit(Engine::vector, kWork, {});
  b.emit(Engine::scalar, kWork, v1);
  b.emit(Engine::scalar, kWork, v1);
  CHECK(waits(b, Engine::scalar) == std::vector<std::string>{"s1>=1", ""});
}

TEST_CASE("what the signaller had waited for need not be waited for again") {
  StreamBuilder b(inf2());
  const Horizon t1 = b.emit(Engine::tensor, kWork, {});
  const Horizon v1 = b.emit(Engine::vector, kWork, t1);
  b.emit(Engine::scalar, kWork, t1 + v1);
  CHECK(waits(b, Engine::scalar) == std::vector<std::string>{"s1>=1"});
}

TEST_CASE("an engine waits for itself where it must: results are visible later than the next issue") {
  StreamBuilder b(inf2());
  const Horizon v1 = b.emit(Engine::vector, kWork, {});
  b.emit(Engine::vector, kWork, v1);
  CHECK(waits(b, Engine::vector) == std::vector<std::string>{"", "s1>=1"});
}

TEST_CASE("more than two waits ride on a nop") {
  StreamBuilder b(inf2());
  Horizon all = b.emit(Engine::tensor, kWork, {});
  all.merge(b.emit(Engine::vector, kWork, {}));
  all.merge(b.emit(Engine::scalar, kWork, {}));
  all.merge(b.copy(Engine::sync, Line::load, {}, {}));
  b.emit(Engine::gpsimd, kWork, all);
  CHECK(waits(b, Engine::gpsimd) == std::vector<std::string>{"nop(s0>=1 s1>=1)", "s2>=1 s5>=1"});
}
