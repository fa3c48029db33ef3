#include "tools/workflow/content_key.h"

#include <fmt/core.h>
#include <fmt/ranges.h>
#include <xxhash.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <vector>

#include "compiler/import/external_files.h"
#include "isa/base/error.h"
#include "isa/base/overload.h"
#include "tools/workflow/buckets.h"
#include "tools/workflow/files.h"

namespace inf::workflow {

struct ContentKey::State {
  XXH3_state_t* hash = XXH3_createState();
};

const std::string& FileHashes::of(const std::filesystem::path& file) {
  std::string& hash = files_[file];
  if (hash.empty()) {
    ContentKey key;
    key.add_file(file);
    hash = key.text();
  }
  return hash;
}

const std::string& FileHashes::of_onnx(const std::filesystem::path& model) {
  std::string& hash = models_[model];
  if (hash.empty()) {
    ContentKey key;
    key.add_onnx(model);
    hash = key.text();
  }
  return hash;
}

ContentKey::ContentKey(Files files) : state_(new State), files_(files) { XXH3_128bits_reset(state_->hash); }

ContentKey::ContentKey(FileHashes& hashes) : ContentKey() { hashes_ = &hashes; }

ContentKey::~ContentKey() {
  XXH3_freeState(state_->hash);
  delete state_;
}

void ContentKey::add(std::string_view text) {
  const std::uint64_t length = text.size();
  XXH3_128bits_update(state_->hash, &length, sizeof length);
  XXH3_128bits_update(state_->hash, text.data(), text.size());
}

void ContentKey::add_onnx(const std::filesystem::path& model) {
  if (hashes_ != nullptr) return add(hashes_->of_onnx(model));
  add_file(model);
  if (files_ == Files::bytes)
    for (const std::filesystem::path& file : compiler::external_files(model)) add_file(file);
}

void ContentKey::add_file(const std::filesystem::path& file) {
  if (files_ == Files::names) return add(file.string());
  if (hashes_ != nullptr) return add(hashes_->of(file));
  refuse_folder(file);
  std::ifstream in(file, std::ios::binary);
  if (!in) throw Error(ErrorKind::usage, file.string(), fmt::format("cannot be read: {}", std::strerror(errno)));
  constexpr std::size_t kPiece = std::size_t{1} << 20;
  std::vector<char> piece(kPiece);
  std::uint64_t length = 0;
  while (in.read(piece.data(), static_cast<std::streamsize>(kPiece)), in.gcount() > 0) {
    const auto count = static_cast<std::size_t>(in.gcount());
    XXH3_128bits_update(state_->hash, piece.data(), count);
    length += count;
  }
  XXH3_128bits_update(state_->hash, &length, sizeof length);
}

std::string ContentKey::text() const {
  const XXH128_hash_t hash = XXH3_128bits_digest(state_->hash);
  return fmt::format("{:016x}{:016x}", hash.high64, hash.low64);
}

namespace {

void add_weights(const workloads::WeightChoice& weights, ContentKey& key) {
  key.add(fmt::format("weights {} {}", static_cast<int>(weights.source), weights.seed));
  if (weights.source == workloads::WeightChoice::Source::file) key.add_file(weights.file);
}

void add_onnx(const OnnxModel& onnx, ContentKey& key) {
  key.add("onnx");
  key.add_onnx(onnx.file);
  for (const auto& [name, size] : onnx.options.symbols) key.add(fmt::format("symbol {} {}", name, size));
  if (onnx.options.batch) key.add(fmt::format("batch {}", *onnx.options.batch));
  for (const auto& [name, shape] : onnx.options.shapes)
    key.add(fmt::format("shape {} {}", name, fmt::join(shape, ",")));
  for (const WorkloadFile::Bucket& bucket : onnx.buckets) key.add("bucket " + to_string(bucket.sizes));
}

void add_parseq(const BuiltinParseq& parseq, ContentKey& key) {
  const workloads::ParseqShape& s = parseq.shape;
  key.add(fmt::format("parseq {} {} {} {} {} {} {} {} {} {}", s.width, s.encoder_depth, s.encoder_heads,
                      s.decoder_heads, s.mlp_ratio, s.image_height, s.image_width, s.patch_height, s.patch_width,
                      s.name));
  key.add(fmt::format("{} {} {} {}", parseq.characters, parseq.refine, parseq.batch,
                      static_cast<int>(parseq.modes.front())));
  add_weights(parseq.weights, key);
}

void add_craft(const BuiltinCraft& craft, ContentKey& key) {
  key.add(craft.size ? fmt::format("craft {}x{}", craft.size->height, craft.size->width) : "craft");
  key.add(fmt::format("batch {}", craft.batch));
  add_weights(craft.weights, key);
}

void add_cnn(const workloads::CnnOptions& cnn, ContentKey& key) {
  key.add(fmt::format("{} {} {}x{}", cnn.shape.name, cnn.batch, cnn.height, cnn.width));
  add_weights(cnn.weights, key);
}

void add_encoder(const workloads::EncoderOptions& encoder, ContentKey& key) {
  key.add(
      fmt::format("{} {} {} {}", encoder.shape.name, encoder.batch, encoder.sequence, workloads::name(encoder.head)));
  add_weights(encoder.weights, key);
}

}  // namespace

void add_model(const Workload& workload, ContentKey& key) {
  add_model_alone(workload, key);
  // Pictures and arrays may decide the size of a model that leaves it open.
  add_inputs(workload, key);
}

void add_inputs(const Workload& workload, ContentKey& key) {
  for (const InputSource& input : workload.inputs) {
    if (!input.image.empty()) key.add_file(input.image);
    if (const auto* file = std::get_if<std::filesystem::path>(&input.npy_or_seed)) key.add_file(*file);
  }
}

void add_model_alone(const Workload& workload, ContentKey& key) {
  std::visit(Overload{[&](const BuiltinCraft& craft) { add_craft(craft, key); },
                      [&](const OnnxModel& onnx) { add_onnx(onnx, key); },
                      [&](const BuiltinParseq& parseq) { add_parseq(parseq, key); },
                      [&](const BuiltinCnn& cnn) { add_cnn(cnn.options, key); },
                      [&](const BuiltinEncoder& encoder) { add_encoder(encoder.options, key); }},
             workload.model);
  if (workload.pre) key.add(fmt::format("pre {} {}", workload.pre->mag_ratio, workload.pre->canvas_size));
  key.add(fmt::format("precision {} {} host {} weights {}", static_cast<int>(workload.precision.compute),
                      static_cast<int>(workload.precision.storage), static_cast<int>(workload.host_operators),
                      static_cast<int>(workload.weights)));
}

const std::string& program_version() {
  static const std::string version = [] {
    ContentKey key;
    key.add_file("/proc/self/exe");
    return key.text().substr(0, 16);
  }();
  return version;
}

}  // namespace inf::workflow
