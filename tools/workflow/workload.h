#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "compiler/import/onnx.h"
#include "isa/numerics/dtype.h"
#include "tools/workflow/pre_post.h"
#include "tools/workflow/workload_file.h"
#include "workloads/craft/options.h"

namespace inf::workflow {

/// CRAFT as inf-sim writes it. Without `size` the picture decides.
struct BuiltinCraft {
  workloads::WeightChoice weights;
  std::optional<Extent> size;        ///< multiples of 32
  std::optional<Extent> size_asked;  ///< what the file or the command line said, where that was none
};

struct OnnxModel {
  std::filesystem::path file;
  compiler::ImportOptions options;
};

/// Where one model input comes from.
struct InputSource {
  std::string name;                                                                ///< empty: the model's only input
  std::variant<std::monostate, std::filesystem::path, std::uint64_t> npy_or_seed;  ///< monostate: `image` is set
  std::filesystem::path image;
  std::string place;  ///< of the workload file, for messages
};

/// Least or largest values that a run must meet; an absent one is not checked.
struct Checks {
  std::optional<double> min_correlation, min_snr_db, max_error, min_box_iou;
  bool any() const { return min_correlation || min_snr_db || max_error || min_box_iou; }
};

/// A workload as the program uses it: defaults filled, paths as seen from the current folder, values checked.
struct Workload {
  std::string name;  ///< stem of the file
  std::filesystem::path file;
  std::variant<BuiltinCraft, OnnxModel> model;
  std::vector<InputSource> inputs;
  std::optional<PreOptions> pre;
  std::optional<PostOptions> post;
  DType compute = DType::bf16;
  std::filesystem::path chip, instances;
  std::string instance;        ///< empty: the first of the file
  std::string instance_place;  ///< for messages
  Checks checks;
};

/// What the command line puts in place of the file's values.
struct Overrides {
  std::optional<std::string> chip, auto_cast_type;
  std::optional<Extent> size;
};

/// Errors: config or usage, naming the value and what is allowed.
Workload resolve(const WorkloadFile& file, const Overrides& overrides = {});

/// bf16, fp16, tf32 or fp32. Errors: usage at `place`.
DType parse_auto_cast_type(const std::string& text, const std::string& place);

}  // namespace inf::workflow
