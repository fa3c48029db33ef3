#include "tools/workflow/sweep/case.h"

#include <fmt/core.h>

#include <algorithm>

#include "isa/arch/energy.h"
#include "isa/base/error.h"
#include "tools/workflow/instances.h"
#include "tools/workflow/sweep/case_files.h"
#include "tools/workflow/sweep/case_key.h"
#include "tools/workflow/sweep/case_settings.h"

namespace inf::workflow::sweep {
namespace fs = std::filesystem;

struct Resolver::Files {
  std::vector<fs::path> workloads;
  RunOptions::Mode mode = RunOptions::Mode::timing;
  std::string energy_place;  ///< where energy is asked for; empty where it is not
  CaseFiles files;
  FileHashes hashes;

  explicit Files(fs::path folder) : files(std::move(folder)) {}
};

namespace {

std::string asks_for_energy(const Sweep& sweep) {
  for (const Limit& limit : sweep.limits)
    if (limit.metric == Metric::energy) return limit.place;
  const bool objective =
      std::find(sweep.objectives.begin(), sweep.objectives.end(), Metric::energy) != sweep.objectives.end();
  return objective ? sweep.file.string() : "";
}

void check_energy(const arch::ChipSpec& chip, const std::string& place) {
  if (place.empty() || arch::energy_of(chip)) return;
  arch::EnergySpec energy;
  std::string keys;
  for (const arch::Parameter& p : arch::energy_parameters(energy))
    keys += fmt::format("{}chip.{}", keys.empty() ? "" : ", ", p.path);
  throw Error(
      ErrorKind::config, place,
      fmt::format("energy is asked for, but {} has no section `energy`: nobody says what its work takes", chip.name),
      {fmt::format("set {} for every point, such as `set: {{chip.energy.static_w: 30, ...}}`, or give a chip "
                   "file that has them",
                   keys)});
}

/// Words and pages run several programs, on one core.
void check_cores(const CaseSettings& settings, bool single) {
  const Setting* cores = settings.workload_value("compile.cores");
  if (cores == nullptr || single) return;
  throw Error(ErrorKind::config, cores->place,
              "compile.cores: several cores are for workloads that run one model, not for words and pages");
}

PlacedText placed(const fs::path& file, const Setting* setting) {
  return {fs::absolute(file).lexically_normal().string(), setting != nullptr ? setting->place : ""};
}

/// Reads the workload's files with the settings in them.
Runnable read_files(CaseFiles& files, const fs::path& file, const CaseSettings& settings, Case& c) {
  c.files.push_back({file, files.workload(file)});
  put_settings(settings, files.folder(), c.files.front().tree);
  c.workload = read_workload_tree(c.files.front().tree, file);
  const CaseTarget target = choose_target(files, c.workload, settings.chip, settings.instance);
  c.chip = files.chip(target.chip);
  c.sizes = files.instances(target.instances);
  Workload named;
  named.instance = target.instance;
  named.instance_place = target.instance_place;
  c.instance = find_instance(named, c.sizes);
  c.workload.target = {placed(target.chip, settings.chip), placed(target.instances, settings.instance),
                       PlacedText{target.instance, target.instance_place}};
  if (!c.workload.pipeline) return resolve(c.workload);
  const WorkloadFile::Pipeline& pipeline = *c.workload.pipeline;
  std::vector<WorkloadFile> parts;
  for (const PlacedText* part : {&*pipeline.detect, &*pipeline.read}) {
    const fs::path path = part_file(c.workload, *part);
    c.files.push_back({path, files.workload(path)});
    parts.push_back(read_workload_tree(c.files.back().tree, path));
  }
  return resolve_pipeline(c.workload, parts[0], parts[1]);
}

/// Puts the values of the settings into chip and instance; the sizes are then those of the same runtime.
void set_values(const CaseSettings& settings, Case& c) {
  arch::set_values(c.chip, settings.chip_values);
  arch::set_values(c.instance, settings.instance_values);
  for (arch::InstanceSpec& size : c.sizes) {
    if (size.name == c.instance.name) size = c.instance;
    size.runtime = c.instance.runtime;
    size.provenance = c.instance.provenance;
  }
}

/// Points that take every level of every axis, as far as `most` goes.
std::vector<Point> sample(const Space& space, std::size_t most) {
  std::size_t levels = 1;
  for (const Axis& axis : space.axes) levels = std::max(levels, axis.levels.size());
  const std::size_t count = std::min(most, levels);
  std::vector<Point> points;
  for (std::size_t i = 0; i < count; ++i) {
    Point point;
    for (const Axis& axis : space.axes) {
      const std::size_t at = axis.levels.size() <= count ? i % axis.levels.size() : i * axis.levels.size() / count;
      point.push_back(static_cast<std::uint32_t>(at));
    }
    if (!space.broken(point)) points.push_back(std::move(point));
  }
  return points;
}

/// Every chip and instance that an axis lists must be there, whatever else a point says.
void check_names(const Space& space, CaseFiles& files, const WorkloadFile& workload) {
  for (const Axis& axis : space.axes) {
    if (axis.key != "chip" && axis.key != "instance") continue;
    for (const Level& level : axis.levels) {
      const Setting setting{axis.key, level.text, axis.place};
      if (axis.key == "chip")
        files.chip(files.chip_file(setting));
      else
        choose_target(files, workload, nullptr, &setting);
    }
  }
}

/// Throws what is wrong where the same is wrong at every point of a sample.
void check_sample(const Space& space, const Resolver& resolver) {
  constexpr std::size_t kMost = 32;
  std::optional<Error> first;
  for (const Point& point : sample(space, kMost)) {
    try {
      resolver.cases(space.settings(point));
      return;
    } catch (const Error& error) {
      if (first && std::string_view(first->what()) != error.what()) return;
      if (!first) first = error;
    }
  }
  if (first) throw *first;
}

}  // namespace

Resolver::Resolver(const Sweep& sweep) : files_(std::make_unique<Files>(sweep.file.parent_path())) {
  files_->mode = sweep.mode;
  files_->energy_place = asks_for_energy(sweep);
  for (const SweepWorkload& workload : sweep.workloads) {
    files_->workloads.push_back(workload.file);
    const WorkloadFile read = read_workload_tree(files_->files.workload(workload.file), workload.file);
    check_names(sweep.space, files_->files, read);
  }
  check_sample(sweep.space, *this);
}

Resolver::~Resolver() = default;

std::vector<Case> Resolver::cases(const std::vector<Setting>& settings) const {
  const CaseSettings sorted = sort_settings(settings);
  std::vector<Case> cases;
  try {
    for (const fs::path& file : files_->workloads) {
      Case c;
      c.mode = files_->mode;
      const Runnable runnable = read_files(files_->files, file, sorted, c);
      set_values(sorted, c);
      check_energy(c.chip, files_->energy_place);
      const auto* single = std::get_if<Workload>(&runnable);
      check_cores(sorted, single != nullptr && !single->text);
      c.key = case_key(c, runnable, files_->hashes);
      cases.push_back(std::move(c));
    }
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::usage) throw;
    throw Error(ErrorKind::config, error.where(), error.message(), error.notes());
  }
  return cases;
}

}  // namespace inf::workflow::sweep
