#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "tools/workflow/batch_plan.h"
#include "tools/workflow/boxes.h"
#include "tools/workflow/image.h"
#include "tools/workflow/progress.h"
#include "tools/workflow/read_text.h"
#include "tools/workflow/report.h"
#include "tools/workflow/run.h"
#include "tools/workflow/workload.h"

namespace inf::workflow {

/// A page through two models: one finds boxes, the other reads what is in them, in batches.
struct Pipeline {
  std::string name;  ///< stem of the file
  Workload detector, reader;
  std::size_t mode = 0;      ///< of the reader's modes
  std::vector<int> batches;  ///< ascending
  Extent crop{32, 128};      ///< what the reader takes
  float trim = 0;            ///< taken off each side of a box. Units: pixels of the page
  std::optional<int> words;  ///< of a page, where no values are computed
  std::string place;         ///< for messages
};

/// Errors: config, naming the value, where a file is no workload of its kind; those of resolve().
Pipeline resolve_pipeline(const WorkloadFile& file, const Overrides& overrides = {});
/// The same with the two workload files that it names read already.
Pipeline resolve_pipeline(const WorkloadFile& file, const WorkloadFile& detect, const WorkloadFile& read,
                          const Overrides& overrides = {});
/// The file that a pipeline names, as seen from the current folder.
std::filesystem::path part_file(const WorkloadFile& pipeline, const PlacedText& path);

/// The reader at one batch size.
struct Bucket {
  int batch = 1;
  std::optional<Latency> latency;  ///< of a call that decodes every position
  std::optional<Throughput> throughput;
  std::optional<Energy> energy;
  int calls = 0, padded = 0;  ///< for this page
};

/// One box of the page and what was read in it.
struct OcrWord {
  TextBox box;
  ReadText read;
  std::optional<ReadText> reference;  ///< fp32 autoregressive decoding of the same crop
};

/// The result of `inf-sim run` on a pipeline.
struct OcrResult {
  Report head;    ///< workload, chip, precision, mode, notes, checks, host
  Report detect;  ///< as run() gives it
  std::string reader, mode;
  std::vector<Bucket> buckets;
  BatchPlan plan;                  ///< costs: device time and device start. Units: ns
  std::optional<Latency> reading;  ///< of all the page's calls, one after the other
  int count = 0;                   ///< words that are read: the boxes found, or what the workload says
  double page_per_s = 0;           ///< of the instance
  std::optional<Energy> energy;    ///< of a page
  std::vector<CostLine> cost;      ///< per million pages
  std::vector<OcrWord> words;
  std::size_t same = 0;  ///< texts equal to the reference's
  Image page;            ///< with boxes and texts
};

/// Finds and reads the words of the page. With `on_host`, in the fp32 reference executor. With timing alone nothing is
/// found: the time is that of a page with as many words as the pipeline says, every call decoding every position.
/// Errors: usage for timing alone where it says nothing.
OcrResult run_ocr(const Pipeline& pipeline, const RunOptions& options, bool on_host, Progress& progress);
/// The same on a chip and an instance in memory, whatever files the workloads name.
OcrResult run_ocr_on(const Target& target, const Pipeline& pipeline, const RunOptions& options, bool on_host,
                     Progress& progress);

std::string ocr_text(const OcrResult& result, bool with_host = true);
/// The document described in docs/json.md.
std::string ocr_json(const OcrResult& result);
/// report.txt, report.json and, where values were computed, boxes.json and page_boxes.png into `folder`, each whole or
/// not at all. Returns the names.
std::vector<std::string> write_ocr(const OcrResult& result, const std::filesystem::path& folder);

}  // namespace inf::workflow
