#pragma once
#include <map>
#include <optional>
#include <tuple>
#include <vector>

#include "compiler/passes/pattern.h"

namespace inf::compiler {

/// One thing done to the scores of an attention between the product q k^T and the softmax.
struct MaskTerm {
  enum class Kind : std::uint8_t {
    add,          ///< scores + factor * mask
    fill_where,   ///< factor * (mask ? fill : scores)
    fill_unless,  ///< factor * (mask ? scores : fill)
  } kind = Kind::add;
  ValueId mask = kNoValue;
  double factor = 1;
  float fill = 0;
  Shape lead;  ///< axes of the scores before the last two, where the term is applied
};

/// softmax(scale * a x b + masks) as a product and what is done to it.
struct Scores {
  int product = -1;  ///< the MatMul
  double scale = 1;
  std::vector<MaskTerm> terms;  ///< innermost first
};

/// Walks up from the input of a softmax over scalings, masks and reshapes of the leading axes to the product. Empty
/// when anything else is in between or a value on the way is read elsewhere.
std::optional<Scores> scores_behind(const Pattern& at, ValueId softmax_input);

/// One additive mask for all terms, and what computes it. `mask` is kNoValue when nothing is added.
struct Mask {
  ValueId mask = kNoValue;
  Shape lead;                  ///< axes before the last two that the mask broadcasts to
  std::vector<ValueId> bases;  ///< what it is computed from
  std::vector<Node> nodes;     ///< to run before the attention; their output values are in the graph
};

/// Masks that earlier attentions of a graph were given, by what they are made of: layers share theirs.
using MaskKey = std::vector<std::tuple<MaskTerm::Kind, ValueId, double, float, Shape>>;
using KnownMasks = std::map<MaskKey, Mask>;
MaskKey mask_key(const Scores& scores);

/// Builds the mask; new nodes carry `name`. Constant parts are computed here, and what is repeated over heads or batch
/// entries is added before it is repeated. A fill of a finite large negative number becomes one that absorbs every
/// score, so that rows with nothing but filled keys keep equal weights.
/// Empty (and the graph is as before) when adding cannot give what the graph gives: a fill that is not far below the
/// scores, fills next to other masks, a constant mask with a row of nothing but -inf.
std::optional<Mask> build_mask(Graph& graph, const Pattern& at, const Scores& scores, const std::string& name);

}  // namespace inf::compiler
