// make_model KIND FILE: writes a transformer with seeded weights as an ONNX file, for runs by hand.
#include <cstdio>
#include <cstring>
#include <string>

#include "tests/models/transformers.h"

using namespace inf::tests;

namespace {

constexpr const char* kUsage =
    "make_model KIND FILE [--parts] [--batch N] [--characters N] [--refine N]\n"
    "KIND: vit-b16, bert-base, parseq-s-nar, parseq-s-ar, parseq-tiny-nar, parseq-tiny-ar, vit, bert, parseq-nar, "
    "parseq-ar\n"
    "--parts: layer norms as their parts (opset 14), else LayerNormalization (opset 17)\n";

struct Options {
  std::string kind, file;
  ExportStyle style{17, true};
  std::int64_t characters = 0;
  int refine = 0;
};

bool read(int count, char** words, Options& o) {
  if (count < 3) return false;
  o.kind = words[1], o.file = words[2];
  for (int i = 3; i < count; ++i) {
    const std::string word = words[i];
    const bool last = i + 1 == count;
    if (word == "--parts")
      o.style.opset = 14, o.style.layer_norm_op = false;
    else if (word == "--batch" && !last)
      o.style.batch = std::stoll(words[++i]);
    else if (word == "--characters" && !last)
      o.characters = std::stoll(words[++i]);
    else if (word == "--refine" && !last)
      o.refine = std::stoi(words[++i]);
    else
      return false;
  }
  return true;
}

bool write(const Options& o) {
  if (o.kind == "vit-b16") return vit(o.style, kVitB16).save(o.file), true;
  if (o.kind == "vit") return vit(o.style).save(o.file), true;
  if (o.kind == "bert-base") return bert(o.style, kBertBase).save(o.file), true;
  if (o.kind == "bert") return bert(o.style).save(o.file), true;
  if (!o.kind.starts_with("parseq")) return false;
  ParseqSizes s = o.kind.starts_with("parseq-s-")      ? parseq_small()
                  : o.kind.starts_with("parseq-tiny-") ? parseq_tiny()
                                                       : ParseqSizes();
  if (o.characters > 0) s.characters = o.characters;
  s.refinements = o.refine;
  if (o.kind.ends_with("-ar")) s.decode = ParseqSizes::Decode::sequential;
  if (!o.kind.ends_with("-ar") && !o.kind.ends_with("-nar")) return false;
  return parseq(o.style, s).save(o.file), true;
}

}  // namespace

int main(int count, char** words) {
  Options o;
  if (read(count, words, o) && write(o)) return 0;
  std::fputs(kUsage, stderr);
  return 2;
}
