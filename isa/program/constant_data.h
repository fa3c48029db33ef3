#pragma once
#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

namespace inf::isa {

/// The bytes of a constant, there from the start or made when somebody first reads them: a run without values needs
/// nothing but their number. Copies share the bytes; reading is safe from several threads.
class ConstantData {
 public:
  using Bytes = std::vector<std::byte>;

  ConstantData() = default;
  ConstantData(std::shared_ptr<const Bytes> bytes);
  ConstantData(std::shared_ptr<Bytes> bytes) : ConstantData(std::shared_ptr<const Bytes>(std::move(bytes))) {}
  /// `make` returns `size` bytes and is called at most once.
  ConstantData(std::size_t size, std::function<Bytes()> make);

  explicit operator bool() const { return state_ != nullptr; }
  /// Makes no bytes.
  std::size_t size() const;
  /// Errors: Error{internal} when `make` returns another number of bytes than it was said to.
  const Bytes& bytes() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace inf::isa
