#include "tools/workflow/buckets.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "isa/base/error.h"
#include "isa/base/nearest.h"

namespace inf::workflow {
namespace {

using compiler::Signature;
using compiler::symbol;

const Signature::Tensor* input_of(const Signature& signature, const InputSource& source) {
  if (source.name.empty()) return signature.inputs.size() == 1 ? &signature.inputs[0] : nullptr;
  for (const Signature::Tensor& input : signature.inputs)
    if (input.name == source.name) return &input;
  return nullptr;
}

/// A size and who said so.
struct Said {
  std::int64_t size;
  std::string by;
};

void read_sizes(const std::filesystem::path& file, const Signature::Tensor& input, std::map<std::string, Said>& said) {
  const std::vector<std::int64_t> shape = read_npy(file).shape;
  if (!input.has_shape) return;
  if (shape.size() != input.axes.size())
    throw Error(ErrorKind::import, file.string(),
                fmt::format("has {} axes, [{}]; input '{}' has {}", shape.size(), fmt::join(shape, ", "), input.name,
                            input.axes.size()));
  for (std::size_t i = 0; i < shape.size(); ++i) {
    const std::string name = symbol(input.axes[i]);
    if (name.empty()) continue;
    const auto [at, fresh] =
        said.emplace(name, Said{shape[i], fmt::format("{} ('{}' axis {})", file.string(), input.name, i)});
    if (fresh || at->second.size == shape[i]) continue;
    throw Error(ErrorKind::config, file.string(),
                fmt::format("input '{}' axis {} is '{}' and has {} entries; {} says {}", input.name, i, name, shape[i],
                            at->second.by, at->second.size),
                {"all inputs of a run agree on the size of a symbol: masks and data have the same length"});
  }
}

double padded_elements(const Signature& signature, const Binding& bucket) {
  double sum = 0;
  for (const Signature::Tensor& input : signature.inputs) {
    double elements = 1;
    for (const Signature::Axis& axis : input.axes) {
      const auto bound = bucket.find(symbol(axis));
      if (const auto* size = std::get_if<std::int64_t>(&axis))
        elements *= static_cast<double>(*size);
      else if (bound != bucket.end())
        elements *= static_cast<double>(bound->second);
    }
    sum += elements;
  }
  return sum;
}

bool holds(const Binding& bucket, const Binding& sizes) {
  return std::all_of(sizes.begin(), sizes.end(), [&](const auto& size) {
    const auto at = bucket.find(size.first);
    return at == bucket.end() || size.second <= at->second;
  });
}

}  // namespace

std::string to_string(const Binding& binding) {
  std::string text;
  for (const auto& [name, size] : binding) text += fmt::format("{}{}={}", text.empty() ? "" : ", ", name, size);
  return text;
}

Binding input_sizes(const Workload& workload, const OnnxModel& model, const Signature& signature) {
  std::map<std::string, Said> said;
  for (const auto& [name, size] : model.options.symbols) said.emplace(name, Said{size, "the workload"});
  for (const InputSource& source : workload.inputs) {
    const auto* file = std::get_if<std::filesystem::path>(&source.npy_or_seed);
    const Signature::Tensor* input = input_of(signature, source);
    if (file != nullptr && input != nullptr && !model.options.shapes.contains(input->name))
      read_sizes(*file, *input, said);
  }
  Binding sizes;
  for (const auto& [name, of] : said) sizes[name] = of.size;
  return sizes;
}

std::vector<Binding> whole_buckets(const std::vector<WorkloadFile::Bucket>& buckets, const Binding& common,
                                   const Signature& signature) {
  const std::vector<std::string> symbols = signature.symbols();
  std::vector<Binding> whole;
  for (const WorkloadFile::Bucket& bucket : buckets) {
    for (const auto& [name, size] : bucket.sizes)
      if (std::find(symbols.begin(), symbols.end(), name) == symbols.end())
        throw Error(
            ErrorKind::config, bucket.place,
            fmt::format("{} has no symbolic dimension '{}'{}", signature.file, name, did_you_mean(name, symbols)),
            {symbols.empty() ? "it has none at all" : fmt::format("it has {}", fmt::join(symbols, ", "))});
    Binding all = bucket.sizes;
    for (const std::string& name : symbols) {
      const auto at = common.find(name);
      if (all.contains(name)) continue;
      if (at == common.end())
        throw Error(ErrorKind::config, bucket.place,
                    fmt::format("the bucket {} leaves '{}' of {} open", to_string(bucket.sizes), name, signature.file),
                    {fmt::format("name it in the bucket, or bind it for all of them: --bind {}=SIZE", name)});
      all[name] = at->second;
    }
    whole.push_back(std::move(all));
  }
  return whole;
}

std::size_t choose_bucket(const std::vector<Binding>& buckets, const Binding& sizes, const Signature& signature) {
  std::optional<std::size_t> best;
  double least = 0;
  for (std::size_t i = 0; i < buckets.size(); ++i) {
    if (!holds(buckets[i], sizes)) continue;
    const double elements = padded_elements(signature, buckets[i]);
    if (!best || elements < least) best = i, least = elements;
  }
  if (best) return *best;
  std::vector<std::string> notes;
  for (const Binding& bucket : buckets) {
    std::string short_of;
    for (const auto& [name, size] : sizes)
      if (const auto at = bucket.find(name); at != bucket.end() && size > at->second)
        short_of += fmt::format("{}{} {} > {}", short_of.empty() ? "" : ", ", name, size, at->second);
    notes.push_back(fmt::format("bucket {}: {}", to_string(bucket), short_of));
  }
  notes.push_back(fmt::format("add a bucket that holds {}, or cut the inputs", to_string(sizes)));
  throw Error(ErrorKind::usage, signature.file, fmt::format("no bucket holds inputs of {}", to_string(sizes)),
              std::move(notes));
}

NpyArray corner(const NpyArray& from, const std::vector<std::int64_t>& shape) {
  if (from.shape.size() != shape.size())
    throw Error(ErrorKind::internal, "",
                fmt::format("an array of {} axes is no corner of one of {}", from.shape.size(), shape.size()));
  NpyArray to{shape, {}};
  std::size_t count = 1;
  for (const std::int64_t d : shape) count *= static_cast<std::size_t>(d);
  to.data.assign(count, 0);
  if (count == 0 || from.data.empty()) return to;
  const std::size_t rank = shape.size();
  if (rank == 0) return from;
  // Runs along the last axis, one for every index of the others that both arrays have.
  const auto run = static_cast<std::size_t>(std::min(from.shape[rank - 1], shape[rank - 1]));
  std::vector<std::int64_t> index(rank, 0);
  while (true) {
    std::size_t source = 0, target = 0;
    for (std::size_t i = 0; i < rank; ++i) {
      source = source * static_cast<std::size_t>(from.shape[i]) + static_cast<std::size_t>(index[i]);
      target = target * static_cast<std::size_t>(shape[i]) + static_cast<std::size_t>(index[i]);
    }
    std::copy_n(from.data.begin() + static_cast<std::ptrdiff_t>(source), run,
                to.data.begin() + static_cast<std::ptrdiff_t>(target));
    std::size_t axis = rank - 1;
    while (axis > 0 && ++index[axis - 1] == std::min(from.shape[axis - 1], shape[axis - 1])) index[--axis] = 0;
    if (axis == 0) return to;
  }
}

}  // namespace inf::workflow
