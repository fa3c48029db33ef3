#include "isa/program/constant_data.h"

#include <mutex>
#include <string>
#include <utility>

#include "isa/base/error.h"

namespace inf::isa {

struct ConstantData::State {
  std::size_t size = 0;
  std::function<Bytes()> make;
  std::once_flag made;
  std::shared_ptr<const Bytes> bytes;
};

ConstantData::ConstantData(std::shared_ptr<const Bytes> bytes) {
  if (!bytes) return;
  state_ = std::make_shared<State>();
  state_->size = bytes->size();
  state_->bytes = std::move(bytes);
}

ConstantData::ConstantData(std::size_t size, std::function<Bytes()> make) : state_(std::make_shared<State>()) {
  state_->size = size;
  state_->make = std::move(make);
}

std::size_t ConstantData::size() const { return state_ ? state_->size : 0; }

const ConstantData::Bytes& ConstantData::bytes() const {
  static const Bytes nothing;
  if (!state_) return nothing;
  std::call_once(state_->made, [&s = *state_] {
    if (s.bytes) return;
    auto bytes = std::make_shared<const Bytes>(s.make());
    s.make = nullptr;
    if (bytes->size() != s.size)
      throw Error(
          ErrorKind::internal, "constant",
          "was made with " + std::to_string(bytes->size()) + " bytes, " + std::to_string(s.size) + " were announced");
    s.bytes = std::move(bytes);
  });
  return *state_->bytes;
}

}  // namespace inf::isa
