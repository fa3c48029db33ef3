#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "compiler/import/onnx.h"
#include "compiler/pipeline/placement.h"
#include "tools/workflow/auto_cast.h"
#include "tools/workflow/pre_post.h"
#include "tools/workflow/workload_file.h"
#include "workloads/cnn/options.h"
#include "workloads/craft/options.h"
#include "workloads/encoder/options.h"
#include "workloads/parseq/options.h"
#include "workloads/words/font.h"

namespace inf::workflow {

/// CRAFT as inf-sim writes it. Without `size` the picture decides.
struct BuiltinCraft {
  workloads::WeightChoice weights;
  std::int64_t batch = 1;            ///< a picture fills it by being repeated
  std::optional<Extent> size;        ///< multiples of 32
  std::optional<Extent> size_asked;  ///< what the file or the command line said, where that was none
};

/// PARSeq as inf-sim writes it, one program per mode.
struct BuiltinParseq {
  workloads::ParseqShape shape = workloads::parseq_small();
  std::int64_t characters = 25, refine = 1, batch = 1;
  std::vector<workloads::ParseqMode> modes;
  workloads::WeightChoice weights;
};

/// A classifier as inf-sim writes it.
struct BuiltinCnn {
  workloads::CnnOptions options;
};

/// A text encoder as inf-sim writes it.
struct BuiltinEncoder {
  workloads::EncoderOptions options;
};

struct OnnxModel {
  std::filesystem::path file;
  compiler::ImportOptions options;  ///< with buckets, its symbols are the size of the inputs
  std::vector<WorkloadFile::Bucket> buckets;
};

/// What a workload runs.
using ModelChoice = std::variant<BuiltinCraft, OnnxModel, BuiltinParseq, BuiltinCnn, BuiltinEncoder>;

/// Where one model input comes from.
struct InputSource {
  std::string name;                                                                ///< empty: the model's only input
  std::variant<std::monostate, std::filesystem::path, std::uint64_t> npy_or_seed;  ///< monostate: `image` is set
  std::filesystem::path image;
  int words = 0;      ///< more than 0: rendered word images in place of all of these
  std::string place;  ///< of the workload file, for messages
};

/// Least or largest values that a run must meet; an absent one is not checked.
struct Checks {
  std::optional<double> min_correlation, min_snr_db, min_layer_snr_db, max_error, min_box_iou, min_same_text;
  bool any() const {
    return min_correlation || min_snr_db || min_layer_snr_db || max_error || min_box_iou || min_same_text;
  }
};

/// How logits become text.
struct TextOptions {
  std::string charset = std::string(workloads::kCharset);
  std::string place = "post.text.charset";  ///< for messages
};

/// A workload as the program uses it: defaults filled, paths as seen from the current folder, values checked.
struct Workload {
  std::string name;  ///< stem of the file
  std::filesystem::path file;
  ModelChoice model;
  std::vector<InputSource> inputs;
  std::optional<PreOptions> pre;
  std::optional<PostOptions> post;
  std::optional<TextOptions> text;  ///< a reader: its logits become text
  Precision precision;
  compiler::HostOperators host_operators = compiler::HostOperators::forbid;
  std::optional<std::int64_t> cores;  ///< that run the model at the same time
  std::string cores_place;            ///< for messages
  compiler::WeightChoice weights = compiler::WeightChoice::automatic;
  std::filesystem::path chip, instances;
  std::string instance;        ///< empty: the first of the file
  std::string instance_place;  ///< for messages
  Checks checks;
};

/// What the command line puts in place of the file's values.
struct Overrides {
  std::optional<std::string> chip, auto_cast, auto_cast_type;
  std::optional<Extent> size;
  std::optional<std::int64_t> batch, cores;
  std::vector<std::string> bind;     ///< "batch=4", each in place of the file's size for that name
  std::vector<std::string> buckets;  ///< "batch=8,seq=128", all of them in place of the file's buckets
  std::optional<std::string> host_operators, weights;
  bool instances = true;  ///< false for commands that price nothing: a chip then needs no instance file
};

/// Errors: config or usage, naming the value and what is allowed.
Workload resolve(const WorkloadFile& file, const Overrides& overrides = {});

/// Chip, instances and instance. Errors: usage or config for a name without a file.
void resolve_target(const WorkloadFile& file, const Overrides& overrides, Workload& workload);

/// The two options where they are given, else the file's, else all and bf16. Errors: usage, where they are given.
Precision resolve_precision(const WorkloadFile& file, const Overrides& overrides);

/// allow or forbid. Errors: usage at `place`.
compiler::HostOperators parse_host_operators(const std::string& text, const std::string& place);

/// automatic or stream. Errors: usage at `place`.
compiler::WeightChoice parse_weight_choice(const std::string& text, const std::string& place);

/// The compile options that the workload says, over `options`.
compiler::CompileOptions with_workload(compiler::CompileOptions options, const Workload& workload);

/// "batch=8,seq=128". Errors: usage at `place` for a part that is no NAME=SIZE, or a name that comes twice.
Binding parse_binding(const std::string& text, const std::string& place);

}  // namespace inf::workflow
