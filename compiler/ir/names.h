#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "compiler/ir/graph.h"

namespace inf::compiler {

/// The words of the text form. Each enum value has one spelling, listed once in names.cpp in the order of its enum.
std::string_view name(Element e);
std::string_view name(Act a);
std::string_view name(Pool::Kind k);
std::string_view name(Resize::Mode m);
std::string_view name(Resize::Coordinates c);
std::string_view name(Resize::Round r);
std::string_view name(Binary::Op o);
std::string_view name(Pad::Mode m);
std::string_view name(Reduce::Op o);
std::string_view name(Fate f);

/// The inverse of `name`; empty for an unknown word. Instantiated for every enum above.
template <class Enum>
std::optional<Enum> from_name(std::string_view word);

/// "conv", "pool", ...: the word that starts a node in the text form.
std::string_view op_name(const Operator& op);
/// A default operator of that name.
std::optional<Operator> op_from_name(std::string_view word);

/// "[1, 3, 32, 32]"
std::string to_string(const Shape& shape);

}  // namespace inf::compiler
