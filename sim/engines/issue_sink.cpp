#include "sim/engines/issue_sink.h"

namespace inf::sim {

std::int32_t IssueSink::load(const isa::Access& src) {
  ++data_dependent_;
  return values_ ? values_->read_int32(src) : 0;
}

}  // namespace inf::sim
