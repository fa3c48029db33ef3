#include "workloads/encoder/names.h"

#include <fmt/format.h>

namespace inf::workloads {

LayerNames layer_names(EncoderFamily family, std::int64_t layer) {
  if (family == EncoderFamily::distilbert) {
    const std::string in = fmt::format("transformer.layer.{}.", layer);
    return {in + "attention.q_lin", in + "attention.k_lin", in + "attention.v_lin", in + "attention.out_lin",
            in + "sa_layer_norm",   in + "ffn.lin1",        in + "ffn.lin2",        in + "output_layer_norm"};
  }
  const std::string in = fmt::format("encoder.layer.{}.", layer);
  return {in + "attention.self.query",
          in + "attention.self.key",
          in + "attention.self.value",
          in + "attention.output.dense",
          in + "attention.output.LayerNorm",
          in + "intermediate.dense",
          in + "output.dense",
          in + "output.LayerNorm"};
}

HeadNames head_names(EncoderFamily family) {
  switch (family) {
    case EncoderFamily::bert: return {"pooler.dense", "classifier"};
    case EncoderFamily::roberta:
    case EncoderFamily::electra: return {"classifier.dense", "classifier.out_proj"};
    case EncoderFamily::distilbert: return {"pre_classifier", "classifier"};
  }
  return {};
}

std::string module_scope(const std::string& name) {
  std::string scope = "/";
  for (std::size_t i = 0; i < name.size(); ++i) {
    const bool before_number = name[i] == '.' && i + 1 < name.size() && name[i + 1] >= '0' && name[i + 1] <= '9';
    scope += name[i] == '.' && !before_number ? '/' : name[i];
  }
  return scope;
}

}  // namespace inf::workloads
