#pragma once

namespace inf {

/// Several lambdas as one visitor: std::visit(Overload{[](A) {...}, [](B) {...}}, variant).
template <class... F>
struct Overload : F... {
  using F::operator()...;
};

}  // namespace inf
