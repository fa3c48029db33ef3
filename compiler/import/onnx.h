#pragma once
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "compiler/ir/graph.h"

namespace inf::compiler {

/// Sizes for what a model leaves open (both are applied before shapes are inferred), and how strict to be.
struct ImportOptions {
  std::map<std::string, std::int64_t> symbols;  ///< symbolic dimension -> size, e.g. "batch" -> 1
  std::map<std::string, Shape> shapes;          ///< input name -> whole shape
  /// Leading size of every input, in place of what the model says; for exports at one batch that take others.
  std::optional<std::int64_t> batch;
  /// For a complete ledger instead of an error at the first node that cannot be imported: such a node gets an entry
  /// with Fate::refused and the reason in `into`, and each of its results becomes a further graph input (named like the
  /// ONNX value, after the model's own inputs) with the shape that the model declares or ONNX shape inference finds.
  /// What reads a result of unknown shape is refused in turn. The graph verifies; its outputs are those of the model
  /// that are known. Damaged files and open input dimensions stay errors.
  bool keep_unsupported = false;
};

/// Reads an ONNX model (opset 9 to 17, domain ai.onnx) into a graph with static shapes, constants as fp32 or int64, and
/// one ledger entry per ONNX node. Shape computations and other constant nodes are evaluated on the way and are
/// `folded` in the ledger; identities vanish the same way. Units:  float inputs and weights of any width become fp32;
/// the compiler chooses precision later. Errors: Error{usage} for a file that cannot be read; Error{import} for a
/// broken one: not ONNX, truncated, cyclic, a name written twice,
///         NaN weights, shapes that do not fit; Error{unsupported} for operators, attributes, opsets and open
///         dimensions, with a way out. `where` is "file: node 'name' (Type)" or the file alone.
Graph import_onnx(const std::filesystem::path& file, const ImportOptions& options = {});

/// The same from memory; `name` stands for the file in messages. A model with external data needs a file.
Graph import_onnx(std::string_view bytes, const std::string& name, const ImportOptions& options = {});

}  // namespace inf::compiler
