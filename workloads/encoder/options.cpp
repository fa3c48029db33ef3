#include "workloads/encoder/options.h"

#include <fmt/format.h>

#include <array>
#include <vector>

#include "isa/base/error.h"
#include "isa/base/nearest.h"

namespace inf::workloads {
namespace {

constexpr EncoderShape kShapes[] = {
    {.name = "bert-base"},
    {.name = "bert-large", .depth = 24, .width = 1024, .heads = 16, .hidden = 4096},
    {.name = "distilbert",
     .family = EncoderFamily::distilbert,
     .depth = 6,
     .token_types = 0,
     .token_type_input = false},
    {.name = "roberta-base",
     .family = EncoderFamily::roberta,
     .vocabulary = 50265,
     .positions = 514,
     .first_position = 2,
     .token_types = 1,
     .token_type_input = false,
     .epsilon = 1e-5F},
    {.name = "electra-base", .family = EncoderFamily::electra},
    {.name = "bge-base"},
};

constexpr std::array<std::string_view, 3> kHeads = {"hidden", "cls", "classification"};

}  // namespace

std::span<const EncoderShape> encoder_shapes() { return kShapes; }

const EncoderShape* find_encoder(std::string_view name) {
  for (const EncoderShape& shape : kShapes)
    if (shape.name == name) return &shape;
  return nullptr;
}

std::string_view name(EncoderHead head) { return kHeads[static_cast<std::size_t>(head)]; }

EncoderHead parse_encoder_head(const std::string& text, const std::string& place) {
  for (std::size_t i = 0; i < kHeads.size(); ++i)
    if (text == kHeads[i]) return static_cast<EncoderHead>(i);
  throw Error(ErrorKind::usage, place,
              fmt::format("head = {} is none of hidden, cls, classification{}", text, did_you_mean(text, kHeads)));
}

void check(const EncoderOptions& options) {
  std::vector<std::string> notes;
  if (options.batch < 1 || options.batch > 1024)
    notes.push_back(fmt::format("batch = {} is outside 1..1024", options.batch));
  const std::int64_t longest = options.shape.positions - options.shape.first_position;
  if (options.sequence < 1 || options.sequence > longest)
    notes.push_back(fmt::format("sequence = {} is outside 1..{}", options.sequence, longest));
  if (!notes.empty())
    throw Error(ErrorKind::usage, fmt::format("built-in model {}", options.shape.name), "cannot be built at this size",
                notes);
}

}  // namespace inf::workloads
