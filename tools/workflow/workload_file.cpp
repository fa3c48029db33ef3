#include "tools/workflow/workload_file.h"

#include <fmt/core.h>

#include "isa/arch/yaml_reader.h"
#include "tools/workflow/field_reader.h"
#include "tools/workflow/files.h"
#include "tools/workflow/workload_builtin.h"
#include "tools/workflow/workload_fields.h"
#include "tools/workflow/workload_parseq.h"
#include "tools/workflow/workload_sizes.h"

namespace inf::workflow {
namespace {

using arch::Section;
using Reader = FieldReader;

void read_model(Section& root, WorkloadFile& file, arch::Problems& problems) {
  Section model = root.section("model");
  Reader read(model, "model", problems);
  WorkloadFile::Model& into = file.model;
  into.onnx = read.text("onnx");
  into.builtin = read.text("builtin");
  into.height = read.integer("height");
  into.width = read.integer("width");
  into.weights = read.text("weights");
  into.batch = read.integer("batch");
  into.sequence = read.integer("sequence");
  into.head = read.text("head");
  read_parseq_keys(model, into, problems);
  read_model_sizes(model, into, problems);
  into.place = place_text(problems, root.place_of("model"));
  model.finish();
  if (!root.has("model")) return;
  const auto wrong = [&](std::string message) { problems.add(root.place_of("model"), std::move(message)); };
  if (into.onnx.has_value() == into.builtin.has_value()) wrong("model needs one of onnx and builtin");
  if (into.height.has_value() != into.width.has_value()) wrong("model.height and model.width come together");
  check_builtin_keys(root, model, into, problems);
}

WorkloadFile::Input read_input(Section& section, arch::Problems& problems) {
  Reader read(section, "inputs", problems);
  WorkloadFile::Input input;
  input.name = read.text("name");
  input.image = read.text("image");
  input.npy = read.text("npy");
  if (const auto seed = read.integer("random")) input.random = static_cast<std::uint64_t>(*seed);
  input.words = read.integer("words");
  const int sources =
      input.image.has_value() + input.npy.has_value() + input.random.has_value() + input.words.has_value();
  if (sources != 1)
    problems.add(section.place(), fmt::format("{} needs one of image, npy, random and words", section.path()));
  input.place = place_text(problems, section.place());
  section.finish();
  return input;
}

void read_pipeline(Section& root, WorkloadFile& file, arch::Problems& problems) {
  auto section = root.section_or_none("pipeline");
  if (!section) return;
  Reader read(*section, "pipeline", problems);
  WorkloadFile::Pipeline pipeline;
  pipeline.detect = read.text("detect");
  pipeline.read = read.text("read");
  pipeline.mode = read.text("mode");
  pipeline.batches = read.integers("batches");
  pipeline.crop_height = read.integer("crop_height");
  pipeline.crop_width = read.integer("crop_width");
  pipeline.trim = read.number("trim");
  pipeline.words = read.integer("words");
  pipeline.place = place_text(problems, root.place_of("pipeline"));
  section->finish();
  if (!pipeline.detect || !pipeline.read)
    problems.add(root.place_of("pipeline"), "pipeline needs detect and read, each a workload file");
  file.pipeline = std::move(pipeline);
}

void read_inputs(Section& root, WorkloadFile& file, arch::Problems& problems) {
  const arch::YamlNode* node = root.node_or_null("inputs");
  if (node == nullptr) return;
  if (node->kind == arch::YamlNode::Kind::list) {
    for (Section& section : root.sections("inputs")) file.inputs.push_back(read_input(section, problems));
  } else {
    Section section = root.section("inputs");
    if (node->kind == arch::YamlNode::Kind::map) file.inputs.push_back(read_input(section, problems));
  }
}

void read_pre_and_post(Section& root, WorkloadFile& file, arch::Problems& problems) {
  if (auto pre = root.section_or_none("pre")) {
    if (auto parseq = pre->section_or_none("parseq")) {
      file.pre_parseq = true;
      parseq->finish();
    } else {
      Section craft = pre->section("craft");
      Reader read(craft, "pre.craft", problems);
      file.pre = WorkloadFile::Pre{read.number("mag_ratio"), read.integer("canvas_size")};
      craft.finish();
    }
    pre->finish();
  }
  if (auto post = root.section_or_none("post")) {
    if (auto text = post->section_or_none("text")) {
      Reader read(*text, "post.text", problems);
      file.post_text = WorkloadFile::Text{read.text("charset")};
      text->finish();
    } else {
      Section craft = post->section("craft");
      Reader read(craft, "post.craft", problems);
      file.post =
          WorkloadFile::Post{read.number("low_text"), read.number("link_threshold"), read.number("text_threshold")};
      craft.finish();
    }
    post->finish();
  }
}

void read_rest(Section& root, WorkloadFile& file, arch::Problems& problems) {
  if (auto compile = root.section_or_none("compile")) {
    Reader read(*compile, "compile", problems);
    file.auto_cast = read.text("auto_cast");
    file.auto_cast_type = read.text("auto_cast_type");
    file.host_operators = read.text("host_operators");
    file.cores = read.integer("cores");
    if (file.cores) file.cores_place = place_text(problems, compile->place_of("cores")) + ": compile.cores";
    file.weights = read.text("weights");
    compile->finish();
  }
  if (auto target = root.section_or_none("target")) {
    Reader read(*target, "target", problems);
    file.target = {read.text("chip"), read.text("instances"), read.text("instance")};
    target->finish();
  }
  if (auto checks = root.section_or_none("checks")) {
    Reader read(*checks, "checks", problems);
    file.checks = {read.number("min_correlation"), read.number("min_snr_db"),  read.number("min_layer_snr_db"),
                   read.number("max_error"),       read.number("min_box_iou"), read.number("min_same_text")};
    checks->finish();
  }
}

void read_load(Section& root, WorkloadFile& file, arch::Problems& problems) {
  auto section = root.section_or_none("load");
  if (!section) return;
  Reader read(*section, "load", problems);
  WorkloadFile::Load load;
  load.workers = read.integer("workers");
  load.cores = read.integer("cores");
  load.rate_per_s = read.number("rate_per_s");
  load.max_batch = read.integer("max_batch");
  load.max_wait_ms = read.number("max_wait_ms");
  load.requests = read.integer("requests");
  load.seed = read.integer("seed");
  load.place = place_text(problems, root.place_of("load"));
  section->finish();
  if (!load.workers && !load.rate_per_s)
    problems.add(root.place_of("load"), "load needs workers (a closed loop) or rate_per_s (arrivals)");
  if (!load.rate_per_s && (load.max_batch || load.max_wait_ms || load.seed))
    problems.add(root.place_of("load"), "load.max_batch, load.max_wait_ms and load.seed go with load.rate_per_s");
  file.load = std::move(load);
}

void read_compare(Section& root, WorkloadFile& file, arch::Problems& problems) {
  auto section = root.section_or_none("compare");
  if (!section) return;
  Reader read(*section, "compare", problems);
  file.compare.instances = read.texts("instances");
  file.compare.modes = read.texts("modes");
  file.compare.batches = read.integers("batches");
  file.compare.slo = read.text("slo");
  file.compare.workers = read.integer("workers");
  section->finish();
}

}  // namespace

WorkloadFile read_workload_file(const std::filesystem::path& path) {
  refuse_folder(path);
  return read_workload_tree(arch::load_yaml(path), path);
}

WorkloadFile read_workload_tree(const arch::YamlNode& tree, const std::filesystem::path& path) {
  arch::Problems problems(path.string());
  WorkloadFile file;
  file.file = path;
  Section root(tree, "", problems);
  if (tree.kind == arch::YamlNode::Kind::map) {
    read_pipeline(root, file, problems);
    if (!file.pipeline) read_model(root, file, problems);
    read_inputs(root, file, problems);
    if (!file.pipeline) read_pre_and_post(root, file, problems);
    read_rest(root, file, problems);
    read_load(root, file, problems);
    read_compare(root, file, problems);
    root.finish();
  }
  problems.throw_if_any();
  return file;
}

WorkloadFile workload_of_model(const std::filesystem::path& onnx) {
  WorkloadFile file;
  file.file = onnx;
  file.model.onnx = PlacedText{onnx.filename().string(), onnx.string()};
  return file;
}

WorkloadFile read_workload_or_model(const std::filesystem::path& file) {
  return file.extension() == ".onnx" ? workload_of_model(file) : read_workload_file(file);
}

}  // namespace inf::workflow
