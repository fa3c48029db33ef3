#include "workloads/encoder/tensors.h"

#include <cmath>

#include "workloads/encoder/names.h"

namespace inf::workloads {
namespace {

class List {
 public:
  void table(const std::string& name, std::int64_t rows, std::int64_t width, float deviation) {
    tensors_.push_back({{name + ".weight", {rows, width}}, RandomFill::normal(0, deviation)});
  }
  void linear(const std::string& name, std::int64_t out, std::int64_t in) {
    tensors_.push_back(
        {{name + ".weight", {out, in}}, RandomFill::normal(0, 1.0F / std::sqrt(static_cast<float>(in)))});
    tensors_.push_back({{name + ".bias", {out}}, RandomFill::normal(0, 0.05F)});
  }
  void norm(const std::string& name, std::int64_t width) {
    tensors_.push_back({{name + ".weight", {width}}, RandomFill::uniform(0.9F, 1.1F)});
    tensors_.push_back({{name + ".bias", {width}}, RandomFill::normal(0, 0.1F)});
  }
  std::vector<ModelTensor> take() { return std::move(tensors_); }

 private:
  std::vector<ModelTensor> tensors_;
};

}  // namespace

std::vector<ModelTensor> encoder_tensors(const EncoderShape& s, EncoderHead head) {
  List list;
  list.table("embeddings.word_embeddings", s.vocabulary, s.width, 1.0F);
  list.table("embeddings.position_embeddings", s.positions, s.width, 0.5F);
  if (s.token_types > 0) list.table("embeddings.token_type_embeddings", s.token_types, s.width, 0.5F);
  list.norm("embeddings.LayerNorm", s.width);
  for (std::int64_t i = 0; i < s.depth; ++i) {
    const LayerNames n = layer_names(s.family, i);
    for (const std::string& name : {n.query, n.key, n.value, n.joined}) list.linear(name, s.width, s.width);
    list.norm(n.attention_norm, s.width);
    list.linear(n.up, s.hidden, s.width);
    list.linear(n.down, s.width, s.hidden);
    list.norm(n.output_norm, s.width);
  }
  if (head == EncoderHead::classification) {
    const HeadNames n = head_names(s.family);
    list.linear(n.dense, s.width, s.width);
    list.linear(n.classifier, kEncoderClasses, s.width);
  }
  return list.take();
}

}  // namespace inf::workloads
