#pragma once
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "compiler/pipeline/placement.h"
#include "isa/arch/instance.h"
#include "tools/workflow/run.h"
#include "tools/workflow/word_image.h"

namespace inf::workflow {

/// A picture of one word.
struct WordInput {
  std::string name;                 ///< file, or "word 3"
  std::optional<std::string> text;  ///< what it says, where that is known
  Image image;
};

/// The word images of a workload: its files and rendered words, in the order of the file; 16 rendered words where it
/// names none. Errors: import for a broken image; config for inputs that are no words.
std::vector<WordInput> word_inputs(const Workload& workload);

/// One way of reading words as a graph: [batch, 3, height, width] -> logits [batch, positions, classes].
struct ReaderForm {
  std::string name;  ///< the mode of a built-in PARSeq, or "model"
  std::int64_t refine = 0;
  compiler::Graph graph;
  std::string place;  ///< for messages

  std::int64_t batch() const;
  std::int64_t positions() const;
  std::int64_t classes() const;
  Extent size() const;  ///< of a word image
};

/// The forms that a workload asks for, and the one that is the yardstick: fp32 autoregressive decoding of a built-in
/// PARSeq, or the model itself. Errors: config when a model's input or output is not that of a reader, or its head
/// does not fit the charset; those of the builder and the importer. `words` sizes the yardstick's batch.
struct ReaderForms {
  std::vector<ReaderForm> forms;
  ReaderForm yardstick;
};
ReaderForms reader_forms(const Workload& workload, const arch::ChipSpec& chip, std::size_t words);

/// A form of another batch size. Errors: config for an ONNX file, whose batch is its own, when that differs.
ReaderForm reader_form(const Workload& workload, const arch::ChipSpec& chip, std::size_t index, std::int64_t batch);

/// Logits [positions, classes] of each word from the fp32 reference executor. Words are tensors [3, height, width].
std::vector<std::vector<float>> read_in_fp32(const ReaderForm& form, std::span<const std::vector<float>> words);

/// A form compiled for a chip.
class CompiledReader {
 public:
  CompiledReader(const ReaderForm& form, const Workload& workload, const arch::ChipSpec& chip,
                 const arch::InstanceSpec& instance, const RunOptions& options);

  /// One call on up to batch() words; empty places are filled with zeros. Logits of the words come back, none with
  /// timing alone; `report` takes the timed sections (as measure_placed) where there is time. Of several calls the
  /// first is recorded.
  std::vector<std::vector<float>> call(std::span<const std::vector<float>> words, Report& report, Progress& progress);

  const compiler::PlacedModel& model() const { return model_; }

 private:
  const ReaderForm& form_;
  const Workload& workload_;
  const arch::ChipSpec& chip_;
  const arch::InstanceSpec& instance_;
  RunOptions options_;
  compiler::PlacedModel model_;
};

}  // namespace inf::workflow
