#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace inf::arch {
struct YamlNode;
}

namespace inf::workflow {

/// What a workload file says, key by key and nothing filled in. resolve() in workload.h makes a Workload of it.
/// A text keeps "file:line:column" of its value, for what is found wrong later.
struct PlacedText {
  std::string text, place;
};

/// Sizes of symbolic dimensions by name.
using Binding = std::map<std::string, std::int64_t>;

struct WorkloadFile {
  struct Bucket {
    Binding sizes;
    std::string place;
  };
  struct Model {
    std::optional<PlacedText> onnx, builtin, weights;
    std::optional<std::int64_t> height, width, batch;
    std::optional<std::int64_t> sequence;  ///< this and head: encoders only
    std::optional<PlacedText> head;
    Binding symbols;
    std::map<std::string, std::vector<std::int64_t>> shapes;
    std::vector<Bucket> buckets;
    std::optional<PlacedText> variant;  ///< this and what follows: parseq only
    std::optional<std::int64_t> characters, refine;
    std::vector<PlacedText> modes;
    std::string place;
  };
  struct Input {
    std::optional<PlacedText> name, image, npy;
    std::optional<std::uint64_t> random;
    std::optional<std::int64_t> words;
    std::string place;
  };
  struct Pre {
    std::optional<double> mag_ratio;
    std::optional<std::int64_t> canvas_size;
  };
  struct Post {
    std::optional<double> low_text, link_threshold, text_threshold;
  };
  struct Text {
    std::optional<PlacedText> charset;
  };
  struct Target {
    std::optional<PlacedText> chip, instances, instance;
  };
  struct Checks {
    std::optional<double> min_correlation, min_snr_db, min_layer_snr_db, max_error, min_box_iou, min_same_text;
  };

  /// How calls come, for `inf-sim run`: workers, or a rate.
  struct Load {
    std::optional<std::int64_t> workers, cores, max_batch, requests, seed;
    std::optional<double> rate_per_s, max_wait_ms;
    std::string place;
  };
  /// What `inf-sim compare` puts side by side.
  struct Compare {
    std::vector<PlacedText> instances, modes;
    std::vector<std::int64_t> batches;
    std::optional<PlacedText> slo;
    std::optional<std::int64_t> workers;
  };

  /// A page through two models; `model`, `pre` and `post` are then those of the files that it names.
  struct Pipeline {
    std::optional<PlacedText> detect, read, mode;
    std::vector<std::int64_t> batches;
    std::optional<std::int64_t> crop_height, crop_width;
    std::optional<double> trim;
    std::optional<std::int64_t> words;
    std::string place;
  };

  std::filesystem::path file;
  std::optional<Pipeline> pipeline;
  Model model;
  std::vector<Input> inputs;
  std::optional<Pre> pre;         ///< set where the file says `pre: craft:`
  std::optional<Post> post;       ///< set where the file says `post: craft:`
  bool pre_parseq = false;        ///< `pre: parseq:`
  std::optional<Text> post_text;  ///< set where the file says `post: text:`
  std::optional<PlacedText> auto_cast, auto_cast_type, host_operators, weights;
  std::optional<std::int64_t> cores;
  std::string cores_place;
  Target target;
  Checks checks;
  std::optional<Load> load;
  Compare compare;
};

/// Errors: usage when the file cannot be read; config with every mistake of the file (unknown and repeated keys, values
/// out of range), each
///         with file, line and column.
WorkloadFile read_workload_file(const std::filesystem::path& file);

/// The same of a file's tree, into which values may have been put. `file` is where relative paths start.
WorkloadFile read_workload_tree(const arch::YamlNode& tree, const std::filesystem::path& file);

/// The workload that says nothing but the model: defaults for everything, random inputs.
WorkloadFile workload_of_model(const std::filesystem::path& onnx);

/// A workload file or an ONNX model, told apart by its ending. Errors: as read_workload_file.
WorkloadFile read_workload_or_model(const std::filesystem::path& file);

}  // namespace inf::workflow
