#include "tools/workflow/workload_file.h"

#include <fmt/core.h>

#include <charconv>

#include "isa/arch/yaml_reader.h"
#include "tools/workflow/files.h"
#include "tools/workflow/workload_fields.h"

namespace inf::workflow {
namespace {

using arch::Section;

/// Reads one section's keys with the ranges of the field table.
class Reader {
 public:
  Reader(Section& section, std::string_view table_path, const arch::Problems& problems)
      : section_(section), path_(table_path), file_(problems.file()) {}

  std::optional<PlacedText> text(std::string_view key) {
    known(key);
    if (!section_.has(key)) return std::nullopt;
    return PlacedText{section_.text(key), place(key)};
  }
  std::optional<std::int64_t> integer(std::string_view key) {
    const WorkloadField& field = known(key);
    if (!section_.has(key)) return std::nullopt;
    return section_.integer(key, static_cast<std::int64_t>(field.low), static_cast<std::int64_t>(field.high));
  }
  std::optional<double> number(std::string_view key) {
    const WorkloadField& field = known(key);
    if (!section_.has(key)) return std::nullopt;
    return section_.number(key, field.low, field.high);
  }
  const WorkloadField& known(std::string_view key) const { return workload_field(fmt::format("{}.{}", path_, key)); }
  std::string place(std::string_view key) const {
    const arch::Place at = section_.place_of(key);
    return fmt::format("{}:{}:{}", file_, at.line, at.column);
  }

 private:
  Section& section_;
  std::string path_;
  const std::string& file_;
};

std::string place_text(const arch::Problems& problems, arch::Place at) {
  return fmt::format("{}:{}:{}", problems.file(), at.line, at.column);
}

std::optional<std::int64_t> size_of_axis(const arch::YamlNode& node, const std::string& path,
                                         const WorkloadField& field, arch::Problems& problems) {
  std::int64_t value = 0;
  const char* end = node.text.data() + node.text.size();
  const auto read = std::from_chars(node.text.data(), end, value);
  if (read.ec == std::errc() && read.ptr == end && value >= static_cast<std::int64_t>(field.low) &&
      value <= static_cast<std::int64_t>(field.high))
    return value;
  problems.add(node.place, fmt::format("{} = {} is outside {}..{}", path, node.text, field.low, field.high));
  return std::nullopt;
}

/// {batch: 1}: keys are the model's own names, so the section reader's list of known keys does not apply.
void read_symbols(Section& model, WorkloadFile::Model& into, arch::Problems& problems) {
  const arch::YamlNode* map = model.node_or_null("symbols");
  if (map == nullptr) return;
  if (map->kind != arch::YamlNode::Kind::map) return model.mistake("symbols", "is no map of dimension names to sizes");
  for (const auto& entry : map->entries) {
    const auto size =
        size_of_axis(entry.value, "model.symbols." + entry.key, workload_field("model.symbols"), problems);
    if (into.symbols.contains(entry.key))
      problems.add(entry.place, fmt::format("model.symbols.{} is repeated", entry.key));
    into.symbols[entry.key] = size.value_or(1);
  }
}

void read_shapes(Section& model, WorkloadFile::Model& into, arch::Problems& problems) {
  const arch::YamlNode* map = model.node_or_null("shapes");
  if (map == nullptr) return;
  if (map->kind != arch::YamlNode::Kind::map)
    return model.mistake("shapes", "is no map of input names to lists of sizes");
  for (const auto& entry : map->entries) {
    const std::string path = "model.shapes." + entry.key;
    if (into.shapes.contains(entry.key)) problems.add(entry.place, path + " is repeated");
    std::vector<std::int64_t>& shape = into.shapes[entry.key];
    if (entry.value.kind != arch::YamlNode::Kind::list) problems.add(entry.value.place, path + " is no list of sizes");
    for (std::size_t i = 0; i < entry.value.items.size(); ++i)
      shape.push_back(
          size_of_axis(entry.value.items[i], fmt::format("{}[{}]", path, i), workload_field("model.shapes"), problems)
              .value_or(1));
  }
}

void read_model(Section& root, WorkloadFile& file, arch::Problems& problems) {
  Section model = root.section("model");
  Reader read(model, "model", problems);
  WorkloadFile::Model& into = file.model;
  into.onnx = read.text("onnx");
  into.builtin = read.text("builtin");
  into.height = read.integer("height");
  into.width = read.integer("width");
  into.weights = read.text("weights");
  read_symbols(model, into, problems);
  read_shapes(model, into, problems);
  into.place = place_text(problems, root.place_of("model"));
  model.finish();
  if (!root.has("model")) return;
  const auto wrong = [&](std::string message) { problems.add(root.place_of("model"), std::move(message)); };
  if (into.onnx.has_value() == into.builtin.has_value()) wrong("model needs one of onnx and builtin");
  if (into.height.has_value() != into.width.has_value()) wrong("model.height and model.width come together");
  if (into.builtin && into.builtin->text != "craft")
    model.mistake("builtin", "is no built-in model; the one there is is craft");
  if (into.onnx && !into.builtin && (into.height || into.weights))
    wrong("model.height, model.width and model.weights belong to builtin; an ONNX file takes model.shapes");
}

WorkloadFile::Input read_input(Section& section, arch::Problems& problems) {
  Reader read(section, "inputs", problems);
  WorkloadFile::Input input;
  input.name = read.text("name");
  input.image = read.text("image");
  input.npy = read.text("npy");
  if (const auto seed = read.integer("random")) input.random = static_cast<std::uint64_t>(*seed);
  const int sources = input.image.has_value() + input.npy.has_value() + input.random.has_value();
  if (sources != 1) problems.add(section.place(), fmt::format("{} needs one of image, npy and random", section.path()));
  input.place = place_text(problems, section.place());
  section.finish();
  return input;
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
    Section craft = pre->section("craft");
    Reader read(craft, "pre.craft", problems);
    file.pre = WorkloadFile::Pre{read.number("mag_ratio"), read.integer("canvas_size")};
    craft.finish();
    pre->finish();
  }
  if (auto post = root.section_or_none("post")) {
    Section craft = post->section("craft");
    Reader read(craft, "post.craft", problems);
    file.post =
        WorkloadFile::Post{read.number("low_text"), read.number("link_threshold"), read.number("text_threshold")};
    craft.finish();
    post->finish();
  }
}

void read_rest(Section& root, WorkloadFile& file, arch::Problems& problems) {
  if (auto compile = root.section_or_none("compile")) {
    Reader read(*compile, "compile", problems);
    file.auto_cast_type = read.text("auto_cast_type");
    compile->finish();
  }
  if (auto target = root.section_or_none("target")) {
    Reader read(*target, "target", problems);
    file.target = {read.text("chip"), read.text("instances"), read.text("instance")};
    target->finish();
  }
  if (auto checks = root.section_or_none("checks")) {
    Reader read(*checks, "checks", problems);
    file.checks = {read.number("min_correlation"), read.number("min_snr_db"), read.number("max_error"),
                   read.number("min_box_iou")};
    checks->finish();
  }
}

}  // namespace

WorkloadFile read_workload_file(const std::filesystem::path& path) {
  refuse_folder(path);
  const arch::YamlNode tree = arch::load_yaml(path);
  arch::Problems problems(path.string());
  WorkloadFile file;
  file.file = path;
  Section root(tree, "", problems);
  if (tree.kind == arch::YamlNode::Kind::map) {
    read_model(root, file, problems);
    read_inputs(root, file, problems);
    read_pre_and_post(root, file, problems);
    read_rest(root, file, problems);
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
