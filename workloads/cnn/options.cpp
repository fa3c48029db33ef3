#include "workloads/cnn/options.h"

#include <fmt/format.h>

#include <string>
#include <vector>

#include "isa/base/error.h"

namespace inf::workloads {
namespace {

constexpr CnnShape kShapes[] = {
    {"resnet18", CnnFamily::basic, {2, 2, 2, 2, 0}},
    {"resnet34", CnnFamily::basic, {3, 4, 6, 3, 0}},
    {"resnet50", CnnFamily::bottleneck, {3, 4, 6, 3, 0}},
    {"resnet50-v1", CnnFamily::bottleneck, {3, 4, 6, 3, 0}, true},
    {"resnet101", CnnFamily::bottleneck, {3, 4, 23, 3, 0}},
    {"resnet152", CnnFamily::bottleneck, {3, 8, 36, 3, 0}},
    {"vgg11", CnnFamily::vgg, {1, 1, 2, 2, 2}},
    {"vgg13", CnnFamily::vgg, {2, 2, 2, 2, 2}},
    {"vgg16", CnnFamily::vgg, {2, 2, 3, 3, 3}},
    {"vgg19", CnnFamily::vgg, {2, 2, 4, 4, 4}},
};

constexpr std::int64_t kVggStep = 224;  // five halvings to a multiple of the 7x7 that the first linear layer reads

}  // namespace

std::span<const CnnShape> cnn_shapes() { return kShapes; }

const CnnShape* find_cnn(std::string_view name) {
  for (const CnnShape& shape : kShapes)
    if (shape.name == name) return &shape;
  return nullptr;
}

void check(const CnnOptions& options) {
  std::vector<std::string> notes;
  if (options.batch < 1 || options.batch > 1024)
    notes.push_back(fmt::format("batch = {} is outside 1..1024", options.batch));
  const auto side = [&](const char* name, std::int64_t value) {
    if (value < 32 || value > 4096)
      notes.push_back(fmt::format("{} = {} is outside 32..4096", name, value));
    else if (options.shape.family == CnnFamily::vgg && value % kVggStep != 0)
      notes.push_back(
          fmt::format("{} = {} is no multiple of {}: VGG averages whole windows down to 7x7", name, value, kVggStep));
  };
  side("height", options.height);
  side("width", options.width);
  if (!notes.empty())
    throw Error(ErrorKind::usage, fmt::format("built-in model {}", options.shape.name), "cannot be built at this size",
                notes);
}

}  // namespace inf::workloads
