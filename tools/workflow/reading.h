#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "tools/workflow/progress.h"
#include "tools/workflow/read_text.h"
#include "tools/workflow/report.h"
#include "tools/workflow/run.h"
#include "tools/workflow/workload.h"

namespace inf::workflow {

/// One way of decoding on the chip: what it costs, and what it changes.
struct ReadingLine {
  std::string mode;
  std::int64_t refine = 0, positions = 0, batch = 1;
  int calls = 0;                         ///< that the words took
  std::optional<Latency> latency;        ///< of one call, mean over the calls
  std::optional<Latency> slowest;        ///< calls differ where the program leaves its loop early
  std::optional<Throughput> throughput;  ///< of calls, from the mean
  std::vector<CostLine> cost;            ///< per million words, with full batches
  std::optional<Energy> energy;          ///< of one call, mean over the calls
  double word_per_s = 0;                 ///< of the instance
  std::uint64_t instructions = 0;        ///< of the first call
  std::int64_t device_memory_bytes = 0;
  std::size_t host_segments = 0;
  std::vector<ReadText> texts;        ///< parallel to the words
  std::size_t same = 0;               ///< texts equal to those of fp32 autoregressive decoding
  std::size_t right = 0;              ///< texts equal to what the word says, of those that are known
  std::optional<OutputAccuracy> own;  ///< logits against the same form in fp32: the arithmetic's part
  std::optional<OutputAccuracy> ar;   ///< logits against fp32 autoregressive decoding: the form's part as well
};

struct ReadWord {
  std::string name;
  std::optional<std::string> text;    ///< what it says
  std::optional<ReadText> reference;  ///< fp32 autoregressive decoding
};

/// The result of `inf-sim run` on a reader.
struct Reading {
  Report head;  ///< workload, model, chip, precision, mode, notes, checks, host
  std::string yardstick;
  std::vector<ReadWord> words;
  std::vector<ReadingLine> lines;
  std::size_t known = 0;  ///< words whose text is known
};

/// Reads the workload's words in each of its modes, on the chip or, with `on_host`, in the fp32 reference executor.
Reading run_reading(const Workload& workload, const RunOptions& options, bool on_host, Progress& progress);
/// The same on a chip and an instance in memory, whatever files the workload names.
Reading run_reading_on(const Target& target, const Workload& workload, const RunOptions& options, bool on_host,
                       Progress& progress);

std::string reading_text(const Reading& reading, bool with_host = true);
/// The document described in docs/json.md.
std::string reading_json(const Reading& reading);
/// report.txt, report.json and words.json into `folder`, each whole or not at all. Returns the names.
std::vector<std::string> write_reading(const Reading& reading, const std::filesystem::path& folder);

}  // namespace inf::workflow
