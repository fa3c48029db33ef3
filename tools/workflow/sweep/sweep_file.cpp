#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

#include "isa/arch/yaml_reader.h"
#include "isa/base/error.h"
#include "isa/base/nearest.h"
#include "tools/workflow/files.h"
#include "tools/workflow/sweep/judgement_fields.h"
#include "tools/workflow/sweep/levels.h"
#include "tools/workflow/sweep/rules.h"
#include "tools/workflow/sweep/sweep.h"
#include "tools/workflow/sweep/sweep_fields.h"
#include "tools/workflow/workload.h"

namespace inf::workflow::sweep {
namespace fs = std::filesystem;
namespace {

using arch::Section;
using arch::YamlNode;

/// Reads one sweep file.
class SweepReader {
 public:
  SweepReader(Sweep& sweep, arch::Problems& problems)
      : sweep_(sweep), problems_(problems), folder_(sweep.file.parent_path()), files_(folder_) {}

  void read(Section& root) {
    sweep_.title = root.text_or("title", sweep_.name);
    read_workloads(root);
    LevelReader levels(problems_, files_, workload_files_);
    read_set(root, levels);
    read_parameters(root, levels);
    const std::vector<RuleText> links = read_links(root), constraints = read_constraints(root);
    read_judgement(root, sweep_, problems_);
    root.finish();
    if (!problems_.empty()) return;  // formulas over what is wrong would say nothing new
    add_rules(links, constraints, FileValues(sweep_.space, sweep_.workloads, files_), sweep_.space, problems_);
    if (problems_.empty()) check_satisfiable(sweep_.space, problems_, root.place_of("parameters"));
  }

 private:
  void wrong(arch::Place place, std::string message) { problems_.add(place, std::move(message)); }
  std::string place_text(arch::Place at) const { return fmt::format("{}:{}:{}", problems_.file(), at.line, at.column); }

  void read_workloads(Section& root) {
    if (root.has("workload") == root.has("workloads"))
      return wrong(root.has("workload") ? root.place_of("workloads") : root.place(),
                   "a sweep needs one of workload and workloads");
    if (root.has("workload")) return add_workload(root.text("workload"), 1, root.place_of("workload"), "workload");
    const YamlNode& list = *root.node("workloads");
    if (list.kind != YamlNode::Kind::list || list.items.empty())
      return wrong(list.place,
                   "workloads is no list of workload files, or of maps such as {file: craft.yaml, weight: 2}");
    for (std::size_t i = 0; i < list.items.size(); ++i) {
      const YamlNode& item = list.items[i];
      const std::string path = fmt::format("workloads[{}]", i);
      if (item.kind == YamlNode::Kind::scalar) {
        add_workload(item.text, 1, item.place, path);
        continue;
      }
      Section section(item, path, problems_);
      const std::string file = section.text("file");
      const SweepField& weight = sweep_field("workloads.weight");
      add_workload(file, section.number_or("weight", 1, weight.low, weight.high), section.place_of("file"),
                   path + ".file");
      section.finish();
    }
  }

  void add_workload(const std::string& text, double weight, arch::Place place, const std::string& path) {
    if (text.empty()) return;  // noted already
    const fs::path file = (fs::path(text).is_absolute() ? fs::path(text) : folder_ / text).lexically_normal();
    std::error_code none;
    if (!fs::is_regular_file(file, none))
      return wrong(place, fmt::format("{} = {} is no file; {} was looked for", path, text, file.string()));
    std::string name = file.stem().string();
    int same = 1;
    for (const SweepWorkload& other : sweep_.workloads) {
      if (other.file == file) return wrong(place, fmt::format("{} = {} is given twice", path, text));
      same += other.file.stem() == file.stem();
    }
    if (same > 1) name += fmt::format("-{}", same);
    try {
      workload_files_.push_back(read_workload_or_model(file));
    } catch (const Error& error) {
      wrong(place, fmt::format("{} = {} cannot be used: {}: {}", path, text, error.where(), error.message()));
      return;
    }
    sweep_.workloads.push_back({name, file, weight});
  }

  /// The entries of a map of keys, each known and given once in the whole file.
  template <class Take>
  void for_keys(Section& root, const std::string& where, Take take) {
    const YamlNode* map = root.node_or_null(where);
    if (map == nullptr || map->kind == YamlNode::Kind::null) return;
    if (map->kind != YamlNode::Kind::map)
      return wrong(map->place, fmt::format("{} is no map of keys such as chip.tensor.rows", where));
    for (const YamlNode::Entry& entry : map->entries) {
      const Key* key = find_key(entry.key);
      if (key == nullptr) {
        wrong(entry.place, unknown_key(entry.key));
        continue;
      }
      const std::string path = canonical_path(entry.key);
      const auto [at, first] = given_.emplace(path, fmt::format("under `{}` on line {}", where, entry.place.line));
      if (!first)
        wrong(entry.place, fmt::format("{} under `{}` is given already, {}", path, where, at->second));
      else
        take(*key, path, entry);
    }
  }

  void read_set(Section& root, LevelReader& levels) {
    for_keys(root, "set", [&](const Key& key, const std::string& path, const YamlNode::Entry& entry) {
      if (const auto level = levels.level(key, path, entry.value))
        sweep_.space.fixed.push_back({path, level->text, place_text(entry.value.place)});
    });
  }

  void read_parameters(Section& root, LevelReader& levels) {
    for_keys(root, "parameters", [&](const Key& key, const std::string& path, const YamlNode::Entry& entry) {
      Axis axis{path, key.unit, levels.levels(key, path, entry.value), place_text(entry.value.place)};
      if (!axis.levels.empty()) sweep_.space.axes.push_back(std::move(axis));
    });
    const YamlNode* map = root.node_or_null("parameters");
    if (map == nullptr || (map->kind == YamlNode::Kind::map && map->entries.empty()) ||
        map->kind == YamlNode::Kind::null)
      wrong(map == nullptr ? root.place() : map->place,
            "the space is empty: `parameters` names no key; an example is chip.tensor.rows: [64, 128]");
  }

  std::vector<RuleText> read_links(Section& root) {
    std::vector<RuleText> links;
    for_keys(root, "link", [&](const Key& key, const std::string& path, const YamlNode::Entry& entry) {
      if (key.type != KeyType::whole && key.type != KeyType::number)
        wrong(entry.place, fmt::format("{} takes a {}; a formula gives numbers", path, name(key.type)));
      else if (entry.value.kind != YamlNode::Kind::scalar)
        wrong(entry.value.place, fmt::format("{} needs a formula such as chip.tensor.rows * 2", path));
      else
        links.push_back({path, entry.value.text, entry.value.place});
    });
    return links;
  }

  std::vector<RuleText> read_constraints(Section& root) {
    std::vector<RuleText> constraints;
    const YamlNode* list = root.node_or_null("constraints");
    if (list == nullptr) return constraints;
    const auto formula = [&](const YamlNode& item) {
      if (item.kind == YamlNode::Kind::scalar)
        constraints.push_back({"", item.text, item.place});
      else
        wrong(item.place, "constraints has a part that is no condition such as chip.tensor.rows <= 64");
    };
    if (list->kind == YamlNode::Kind::list)
      for (const YamlNode& item : list->items) formula(item);
    else
      formula(*list);
    return constraints;
  }

  Sweep& sweep_;
  arch::Problems& problems_;
  fs::path folder_;
  CaseFiles files_;
  std::vector<WorkloadFile> workload_files_;
  std::map<std::string, std::string> given_;  ///< where each key stands
};

}  // namespace

Sweep parse_sweep(const std::string& yaml, const fs::path& file) {
  const YamlNode tree = arch::parse_yaml(yaml, file.string());
  arch::Problems problems(file.string());
  Sweep sweep;
  sweep.file = file;
  sweep.name = file.stem().string();
  Section root(tree, "", problems);
  if (tree.kind == YamlNode::Kind::map) SweepReader(sweep, problems).read(root);
  problems.throw_if_any();
  return sweep;
}

Sweep read_sweep(const fs::path& file) {
  refuse_folder(file);
  return parse_sweep(arch::read_text(file), file);
}

}  // namespace inf::workflow::sweep
