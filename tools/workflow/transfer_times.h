#pragma once
#include <cstddef>
#include <utility>
#include <vector>

#include "sim/observers/observer.h"

namespace inf::workflow {

/// When DMA worked for each operator of a program.
class TransferTimes : public sim::Observer {
 public:
  explicit TransferTimes(std::size_t operators) : spans_(operators) {}
  void transferred(const sim::DmaTransfer& transfer) override;
  /// Union of the times in which any of the operator's transfers was served.
  Tick busy(std::size_t op) const;

 private:
  std::vector<std::vector<std::pair<Tick, Tick>>> spans_;
};

}  // namespace inf::workflow
