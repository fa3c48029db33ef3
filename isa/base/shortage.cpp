#include "isa/base/shortage.h"

#include <fmt/core.h>

#include <algorithm>

namespace inf {
namespace {

std::vector<std::string> with_way_out(std::vector<std::string> notes, const Shortage& shortage) {
  if (std::string way = way_out(shortage); std::find(notes.begin(), notes.end(), way) == notes.end())
    notes.push_back(std::move(way));
  return notes;
}

}  // namespace

std::string way_out(const Shortage& s) {
  return fmt::format("raise {} from {} to {} {}", s.knob, s.available, s.needed, s.unit);
}

ShortageError::ShortageError(ErrorKind kind, std::string where, std::string message, Shortage shortage,
                             std::vector<std::string> notes)
    : Error(kind, std::move(where), std::move(message), with_way_out(std::move(notes), shortage)),
      shortage_(std::move(shortage)) {}

void rethrow(const Error& error, std::string where, std::vector<std::string> notes) {
  if (const auto* why = dynamic_cast<const ShortageError*>(&error))
    throw ShortageError(error.kind(), std::move(where), error.message(), why->shortage(), std::move(notes));
  throw Error(error.kind(), std::move(where), error.message(), std::move(notes));
}

}  // namespace inf
