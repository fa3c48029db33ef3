#include "workloads/words/words.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <string_view>

#include "workloads/weights/random.h"
#include "workloads/words/font.h"

namespace inf::workloads {
namespace {

constexpr std::array<std::string_view, 64> kWords = {
    "delivery", "Northern", "harbour",  "CINNAMON", "walnut",   "14:30:00", "Quay",     "platform",
    "2071-B",   "receipt",  "DECEMBER", "oven",     "50%_off!", "Thursday", "bread",    "GATE-12",
    "ticket",   "x=3.1415", "umbrella", "Larsen",   "#C0FFEE",  "journey",  "EXIT",     "morning",
    "a@b.org",  "kilogram", "Rye",      "(parcel)", "SCHEDULE", "forty-2",  "question", "window",
    "$167.10",  "feedback", "MUSEUM",   "biscuit",  "zeppelin", "J",        "workshop", "{a|b}&c",
    "velocity", "Oats",     "TERMINUS", "1/2+3/4",  "hospital", "sign",     "yearbook", "KEEP",
    "~/notes",  "airplane", "Copy",     "quantity", "\"Dear\"", "WARM",     "elephant", "crates",
    "<html>",   "junction", "FRAGILE",  "[0;99]",   "magazine", "it's",     "ABCDEFGH", "below"};

WordStyle style_of(const CounterRandom& random, std::uint64_t at) {
  WordStyle style;
  style.weight = random.uniform(at, 0.0F, 0.45F);
  style.slant = random.uniform(at + 1, -0.05F, 0.12F);
  style.ink = random.uniform(at + 2, 10.0F, 70.0F);
  style.paper = random.uniform(at + 3, 190.0F, 250.0F);
  style.blur = random.uniform(at + 4, 0.0F, 0.6F);
  style.noise = random.uniform(at + 5, 0.0F, 6.0F);
  return style;
}

constexpr std::uint64_t kDraws = 16;  // random numbers set aside for one word

RenderedWord rendered(int index, std::uint64_t seed) {
  const CounterRandom random(seed, "word images");
  const std::uint64_t at = static_cast<std::uint64_t>(index) * kDraws;
  RenderedWord word;
  // The list once in its order, then by chance.
  const auto which = static_cast<std::size_t>(index);
  word.text = kWords[which < kWords.size() ? which : random.bits(at + 6) % kWords.size()];
  WordStyle style = style_of(random, at);
  style.noise_seed = seed + which;
  const float dot = random.uniform(at + 7, 2.0F, 6.0F);  // pixels
  const int width = static_cast<int>(std::lround(dot * kCellWidth * kWordCells));
  const int height = static_cast<int>(std::lround(dot * kCellHeight));
  word.picture = blank(width, height, style);
  draw_text(word.picture, word.text, {0, 0, static_cast<float>(width) / kWordCells, static_cast<float>(height)}, style);
  add_noise(word.picture, style);
  return word;
}

}  // namespace

std::vector<RenderedWord> rendered_words(int count, std::uint64_t seed) {
  std::vector<RenderedWord> words;
  for (int i = 0; i < count; ++i) words.push_back(rendered(i, seed));
  return words;
}

}  // namespace inf::workloads
