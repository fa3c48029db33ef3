#include "tools/workflow/trace/flows.h"

namespace inf::workflow {

using sim::EventRef;

Flows::Flows(const sim::Recording& recording, std::vector<std::int64_t> steps, std::vector<std::int64_t> transfers,
             std::uint64_t& last)
    : steps_(steps.size()), begins_(std::move(steps)), last_(last) {
  begins_.insert(begins_.end(), transfers.begin(), transfers.end());
  const std::size_t events = begins_.size();
  first_in_.resize(events + 1);
  for (std::size_t to = 0; to < events; ++to) {
    first_in_[to] = static_cast<std::uint32_t>(arrows_.size());
    if (begins_[to] == kHidden) continue;
    if (to < steps_) {
      for (const EventRef by : recording.steps[to].waited_for)
        if (by.kind != EventRef::Kind::none) add(event(by), to);
    } else {
      add(recording.transfers[to - steps_].step, to);
    }
  }
  first_in_[events] = static_cast<std::uint32_t>(arrows_.size());
  first_out_.resize(events + 2);
  for (const Arrow& a : arrows_) ++first_out_[a.from + 2];
  for (std::size_t i = 2; i < first_out_.size(); ++i) first_out_[i] += first_out_[i - 1];
  out_.resize(arrows_.size());
  for (std::size_t i = 0; i < arrows_.size(); ++i)
    out_[first_out_[arrows_[i].from + 1]++] = static_cast<std::uint32_t>(i);
}

std::size_t Flows::event(EventRef ref) const {
  return ref.kind == EventRef::Kind::transfer ? steps_ + ref.index : ref.index;
}

void Flows::add(std::size_t from, std::size_t to) {
  if (begins_[from] == kHidden || begins_[from] >= begins_[to]) return;
  arrows_.push_back({from, to, ++last_});
}

void Flows::draw(std::size_t event, PacketStream& out) const {
  for (std::uint32_t i = first_out_[event]; i < first_out_[event + 1]; ++i) out.flow_from(arrows_[out_[i]].id);
  for (std::uint32_t i = first_in_[event]; i < first_in_[event + 1]; ++i) out.flow_to(arrows_[i].id);
}

}  // namespace inf::workflow
