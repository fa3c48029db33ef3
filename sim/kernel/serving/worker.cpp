#include "sim/kernel/serving/worker.h"

#include <utility>

namespace inf::sim {

Worker::Worker(sc_core::sc_module_name name, Host& host, Desk& desk, ServingChip& chip, Pool& copy)
    : sc_module(name), host_(host), desk_(desk), chip_(chip), copy_(copy) {
  SC_METHOD(step);
  sensitive << wake_;
  dont_initialize();
  host_.agenda.put(wake_, 0);
}

void Worker::give(Batch batch) {
  batch_ = std::move(batch);
  stage_ = Stage::need_processor_in;
  host_.agenda.put(wake_, 0);
}

void Worker::step() {
  while (advance()) {
  }
}

bool Worker::sleep(std::int64_t ns, Stage next) {
  stage_ = next;
  if (ns == 0) return true;
  host_.agenda.put(wake_, ns);
  return false;
}

bool Worker::take(Pool& pool, Stage next) {
  stage_ = next;
  return pool.take(wake_);
}

bool Worker::take_link(std::int64_t ns, Stage next) {
  stage_ = next;
  return ns == 0 || chip_.link.take(wake_);
}

void Worker::give_link(std::int64_t ns) {
  if (ns > 0) chip_.link.give();
}

/// The more of the chip's copies work, the longer each waits for what they share: linear between none and all.
std::int64_t Worker::device_ns() const {
  const ServingCall& call = *batch_.call;
  const auto others = static_cast<std::int64_t>(chip_.copies.size()) - 1;
  if (others == 0) return call.alone_ns;
  return call.alone_ns + (call.busy_ns - call.alone_ns) * (chip_.busy_copies() - 1) / others;
}

bool Worker::advance() {
  switch (stage_) {
    case Stage::idle:
      if (!desk_.next(*this, batch_)) return false;
      stage_ = Stage::need_processor_in;
      return true;
    case Stage::need_processor_in: return take(host_.processors, Stage::prepare);
    case Stage::prepare:
      return sleep(batch_.call->before_ns + batch_.call->copy_in_ns - batch_.call->link_in_ns, Stage::need_link_in);
    case Stage::need_link_in: return take_link(batch_.call->link_in_ns, Stage::copy_in);
    case Stage::copy_in: return sleep(batch_.call->link_in_ns, Stage::leave_in);
    case Stage::leave_in:
      give_link(batch_.call->link_in_ns);
      host_.processors.give();
      stage_ = Stage::need_core;
      return true;
    case Stage::need_core: return take(copy_, Stage::device);
    case Stage::device: return sleep(batch_.call->start_ns + device_ns(), Stage::leave_core);
    case Stage::leave_core: copy_.give(); return sleep(batch_.call->fill_ns, Stage::need_processor_out);
    case Stage::need_processor_out: return take(host_.processors, Stage::fetch);
    case Stage::fetch: return sleep(batch_.call->copy_out_ns - batch_.call->link_out_ns, Stage::need_link_out);
    case Stage::need_link_out: return take_link(batch_.call->link_out_ns, Stage::copy_out);
    case Stage::copy_out: return sleep(batch_.call->link_out_ns, Stage::leave_out);
    case Stage::leave_out: give_link(batch_.call->link_out_ns); return sleep(batch_.call->after_ns, Stage::finish);
    case Stage::finish:
      host_.processors.give();
      stage_ = Stage::idle;
      desk_.done(batch_);
      return true;
  }
  return false;
}

}  // namespace inf::sim
