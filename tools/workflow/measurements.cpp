#include "tools/workflow/measurements.h"

#include <fmt/core.h>

#include <array>
#include <set>

#include "isa/arch/yaml_reader.h"
#include "isa/base/error.h"
#include "tools/workflow/files.h"
#include "tools/workflow/workload_builtin.h"

namespace inf::workflow {
namespace {

using arch::Problems;
using arch::Section;

constexpr double kLongest = 1e9;  // ms
constexpr std::array<std::string_view, 3> kDeviceTimes = {"alone", "call", "interval"};
constexpr std::array<std::string_view, 3> kMarks = {"published", "derived", "assumed"};
constexpr std::array<std::string_view, 3> kCasts = {"none", "matmult", "all"};
constexpr const char* kKernelGroup = "kernels";

std::string place_of(const Problems& problems, const Section& section) {
  return fmt::format("{}:{}:{}", problems.file(), section.place().line, section.place().column);
}

std::optional<double> time_or_none(Section& section, std::string_view key) {
  if (!section.has(key)) return std::nullopt;
  return section.number(key, 1e-9, kLongest);
}

/// The model's keys as a workload file would have them.
WorkloadFile as_workload(Section& run, const Problems& problems, const std::string& id) {
  WorkloadFile file;
  file.file = std::filesystem::path(problems.file()).parent_path() / id;
  const std::string place = place_of(problems, run);
  const auto text = [&](std::string_view key) -> std::optional<PlacedText> {
    if (!run.has(key)) return std::nullopt;
    return PlacedText{run.text(key), place};
  };
  const auto number = [&](std::string_view key, std::int64_t high) -> std::optional<std::int64_t> {
    if (!run.has(key)) return std::nullopt;
    return run.integer(key, 1, high);
  };
  WorkloadFile::Model& model = file.model;
  model.place = place;
  model.builtin = text("model");
  model.onnx = text("onnx");
  model.sequence = number("sequence", 512);
  model.head = text("head");
  model.height = number("height", 4096);
  model.width = number("width", 4096);
  model.batch = number("batch", 1024);
  file.auto_cast = PlacedText{std::string(kCasts[static_cast<std::size_t>(run.choice("cast", kCasts))]), place};
  file.auto_cast_type = PlacedText{run.text_or("type", "bf16"), place};
  // What a chip cannot do at all runs on the host, as the vendor's frameworks place it.
  file.host_operators = PlacedText{"allow", place};
  file.target = {text("chip"), std::nullopt, text("instance")};
  return file;
}

std::string model_words(const WorkloadFile::Model& model) {
  std::string words = model.builtin ? model.builtin->text : model.onnx ? model.onnx->text : "";
  if (model.sequence) words += fmt::format(", {} tokens", *model.sequence);
  if (model.height && model.width) words += fmt::format(" {}x{}", *model.height, *model.width);
  return fmt::format("{}, batch {}", words, model.batch.value_or(1));
}

std::optional<MeasuredModel> read_run(Section& run, const Problems& problems, const std::string& id) {
  const WorkloadFile file = as_workload(run, problems, id);
  MeasuredModel model;
  model.words = model_words(file.model);
  model.cores = static_cast<int>(run.integer_or("cores", 1, 1, 4096));
  model.workers = static_cast<int>(run.integer_or("workers", 1, 1, 4096));
  run.finish();
  if (file.model.builtin.has_value() == file.model.onnx.has_value())
    throw Error(ErrorKind::config, place_of(problems, run), "a run needs one of model and onnx");
  if (file.model.builtin) {
    const std::vector<std::string> names = builtin_names();
    if (std::find(names.begin(), names.end(), file.model.builtin->text) == names.end())
      throw Error(
          ErrorKind::config, place_of(problems, run),
          fmt::format("model = {} is no built-in model; there are {}", file.model.builtin->text, builtin_list()));
  }
  model.workload = resolve(file);
  return model;
}

void read_facts(Section& row, Measurement& m) {
  m.id = row.text("id");
  m.what = row.text("what");
  m.source = row.text("source");
  m.release = row.text_or("release", "not dated");
  m.note = row.text_or("note", "");
}

Measurement read_model(Section& row, Problems& problems) {
  Measurement m;
  read_facts(row, m);
  m.group = row.text("group");
  Section device = row.section("device");
  m.device_ms = device.number("ms", 1e-9, kLongest);
  const auto what = static_cast<DeviceTime>(device.choice("is", kDeviceTimes));
  m.mark = kMarks[static_cast<std::size_t>(device.choice("mark", kMarks))];
  device.finish();
  m.not_run = row.text_or("not_run", "");
  auto run = row.section_or_none("run");
  auto published = row.section_or_none("published");
  if (run.has_value() == !m.not_run.empty()) problems.add(row.place(), "a row needs one of run and not_run");
  if (run && m.not_run.empty()) m.model = read_run(*run, problems, m.id);
  if (published) {
    MeasuredModel none;
    MeasuredModel& model = m.model ? *m.model : none;
    model.what = what;
    model.throughput_per_s = time_or_none(*published, "throughput_per_s");
    model.p50_ms = time_or_none(*published, "p50_ms");
    model.p99_ms = time_or_none(*published, "p99_ms");
    model.avg_ms = time_or_none(*published, "avg_ms");
    published->finish();
  } else if (m.model) {
    m.model->what = what;
  }
  row.finish();
  return m;
}

Measurement read_kernel(Section& row, const Problems& problems) {
  Measurement m;
  read_facts(row, m);
  m.group = kKernelGroup;
  m.mark = kMarks[static_cast<std::size_t>(row.choice("mark", kMarks))];
  m.device_ms = row.number("latency_ms", 1e-9, kLongest);
  m.not_run = row.text_or("not_run", "");
  m.chip = find_config("chips", row.text("chip"), std::filesystem::path(problems.file()).parent_path(),
                       place_of(problems, row));
  row.finish();
  return m;
}

}  // namespace

std::string_view name(DeviceTime what) { return kDeviceTimes[static_cast<std::size_t>(what)]; }

std::vector<Measurement> read_measurements(const std::filesystem::path& file) {
  refuse_folder(file);
  const arch::YamlNode tree = arch::load_yaml(file);
  Problems problems(file.string());
  std::vector<Measurement> rows;
  Section root(tree, "", problems);
  if (root.has("models"))
    for (Section& row : root.sections("models")) rows.push_back(read_model(row, problems));
  if (root.has("kernels"))
    for (Section& row : root.sections("kernels")) rows.push_back(read_kernel(row, problems));
  root.finish();
  std::set<std::string> ids;
  for (const Measurement& m : rows)
    if (!ids.insert(m.id).second) problems.add(tree.place, fmt::format("id {} is given twice", m.id));
  problems.throw_if_any();
  if (rows.empty()) throw Error(ErrorKind::config, file.string(), "holds no measurement");
  return rows;
}

}  // namespace inf::workflow
