#pragma once
#include <string>
#include <vector>

#include "workloads/parseq/layers.h"

namespace inf::workloads {

/// Added to the scores of keys that a query must not see. Finite, so that no product with it is NaN, and far below any
/// score: adding it gives the same number for every score, and exp of it is exactly 0.
inline constexpr float kMasked = -1e30F;

/// Keys and values of an attention, split into heads: [batch, heads, d / heads, tokens], [batch, heads, tokens, ...].
struct KeysValues {
  std::string keys, values;
};

/// The query stream at some positions: what is added to, and the self-attention's queries before heads are split.
struct Queries {
  std::string stream, projected;
};

/// The tables that belong to label positions, each [positions, d] or [1, positions]: what the decoder adds to content,
/// and the queries, which depend on the position alone.
struct PositionTables {
  std::string content;  ///< row 0 is 0 for [B]; row t is pos_queries[t - 1]
  Queries queries;
};
PositionTables write_position_tables(Layers& layers);

/// Token embeddings times sqrt(d), [tokens, d].
std::string embedding_table(Layers& layers);

/// The self-attention's keys and values of content rows [batch, n, d], before heads are split.
KeysValues write_content(Layers& layers, const std::string& scope, const std::string& content);

/// The memory's keys and values, split into heads.
KeysValues write_memory(Layers& layers, const std::string& memory);

/// One pass of the decoder layer, its norm and the head for `positions` queries: logits [batch, positions, classes].
/// `content` is split into heads; the mask broadcasts to [batch, heads, positions, contents] and may be empty.
std::string write_decoder(Layers& layers, const std::string& scope, const Queries& queries, const KeysValues& content,
                          const std::string& mask, const KeysValues& memory, std::int64_t positions);

/// All positions' queries, repeated for each word of the batch.
Queries write_all_queries(Layers& layers, const PositionTables& tables);

/// All positions at once over the content [B].
std::string write_single_pass(Layers& layers, const PositionTables& tables, const KeysValues& memory);

/// One refinement: content is [B] and the arg-maxes of `logits`; the query at position i sees every content position
/// but i + 1, and none from the first [E] on.
/// Source: official code; its cumulative sum includes the [E] itself.
std::string write_refinement(Layers& layers, const std::string& scope, const PositionTables& tables,
                             const KeysValues& memory, const std::string& logits);

}  // namespace inf::workloads
