#pragma once
#include <string>

#include "workloads/parseq/decoder.h"

namespace inf::workloads {

/// The whole decoding as one Loop with a trip per position. Carried from trip to trip, in fixed shapes: the last token
/// of each word, the keys and values of the content so far (rows are filled in at the trip's position), which words are
/// still open, the logits so far. Rows of positions that are not decided yet are masked, which is exactly as if they
/// were not there. With options.early_end the loop ends when no word is open; logits of the positions left are 0, whose
/// arg-max is [E]. Returns the logits [batch, positions, classes].
std::string write_loop(Layers& layers, const PositionTables& tables, const KeysValues& memory);

/// The same without Loop: a copy of the step per position, over keys and values that grow by a row each time, without
/// masks. Every position is decided, whatever came before it.
std::string write_unrolled(Layers& layers, const PositionTables& tables, const KeysValues& memory);

/// The step for position options.prefix - 1, given `tokens` [batch, prefix], the first of which is [B]; every content
/// row is computed anew. Returns the logits [batch, 1, classes].
std::string write_step(Layers& layers, const PositionTables& tables, const KeysValues& memory,
                       const std::string& tokens);

}  // namespace inf::workloads
