#include "sim/engines/issue_sink.h"

#include "isa/base/error.h"

namespace inf::sim {

std::int32_t IssueSink::load(const isa::Access& src) {
  if (!values_)
    throw Error(ErrorKind::unsupported, "",
                "register_load needs the value of SBUF, but values are off: the program's course depends on data",
                {"run it with values on"});
  return values_->read_int32(src);
}

}  // namespace inf::sim
