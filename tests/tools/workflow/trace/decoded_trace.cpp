#include "tests/tools/workflow/trace/decoded_trace.h"

#include <fmt/core.h>
#include <perfetto.pb.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <stdexcept>

namespace inf::workflow {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

bool has_unknown(const Message& message) {
  const auto* reflection = message.GetReflection();
  if (!reflection->GetUnknownFields(message).empty()) return true;
  std::vector<const FieldDescriptor*> fields;
  reflection->ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
    if (!field->is_repeated()) {
      if (has_unknown(reflection->GetMessage(message, field))) return true;
      continue;
    }
    for (int i = 0; i < reflection->FieldSize(message, field); ++i)
      if (has_unknown(reflection->GetRepeatedMessage(message, field, i))) return true;
  }
  return false;
}

class Reader {
 public:
  explicit Reader(DecodedTrace& out) : out_(out) {}

  void read(const perfetto::TracePacket& packet, bool first) {
    if (has_unknown(packet)) problem("an unknown field");
    if (packet.trusted_packet_sequence_id() == 0) problem("a packet without sequence");
    if (first != packet.first_packet_on_sequence() || first != ((packet.sequence_flags() & 1) != 0))
      problem("the sequence's state is not cleared by its first packet alone");
    if (packet.has_track_descriptor()) describe(packet.track_descriptor());
    if (packet.has_interned_data()) {
      learn(packet.interned_data().event_categories(), categories_);
      learn(packet.interned_data().event_names(), names_);
      learn(packet.interned_data().debug_annotation_names(), notes_);
    }
    if (packet.has_track_event()) event(packet);
  }
  void finish() {
    for (const auto& [track, open] : open_)
      if (!open.empty()) problem(fmt::format("{} slices of {} never end", open.size(), tracks_[track].path));
    for (const auto& [id, ends] : flows_) {
      if (ends.first < 0 || ends.second < 0)
        problem(fmt::format("arrow {} has one end", id));
      else if (ends.first >= ends.second)
        problem(fmt::format("arrow {} goes from {} to {} ns", id, ends.first, ends.second));
    }
    out_.arrows = flows_.size();
  }

 private:
  using Names = std::map<std::uint64_t, std::string>;
  struct Track {
    std::string path;
    bool counter = false;
    std::int64_t latest = 0;
  };
  void problem(std::string text) {
    if (out_.problems.size() < 20) out_.problems.push_back(std::move(text));
  }
  template <class Entries>
  void learn(const Entries& entries, Names& names) {
    for (const auto& entry : entries)
      if (entry.iid() == 0 || !names.emplace(entry.iid(), entry.name()).second)
        problem(fmt::format("name {} is interned as {}", entry.name(), entry.iid()));
  }
  const std::string& name(const Names& names, std::uint64_t iid, const perfetto::TracePacket& packet) {
    static const std::string none;
    const auto at = names.find(iid);
    if (at == names.end()) return problem(fmt::format("name {} is not known yet", iid)), none;
    if ((packet.sequence_flags() & 2) == 0) problem("a packet with interned names does not say so");
    return at->second;
  }
  void describe(const perfetto::TrackDescriptor& d) {
    if (d.uuid() == 0 || tracks_.count(d.uuid()) > 0) return problem(fmt::format("track {} twice", d.uuid()));
    Track track;
    track.counter = d.has_counter();
    if (d.has_process()) {
      track.path = d.process().process_name();
      if (!pids_.insert(d.process().pid()).second) problem("two processes of one pid");
    } else if (const auto parent = tracks_.find(d.parent_uuid()); parent != tracks_.end()) {
      track.path = parent->second.path + "/" + d.name();
    } else {
      problem(fmt::format("track {} has no parent", d.name()));
    }
    if (track.counter) {
      const bool bytes = d.counter().unit() == perfetto::CounterDescriptor::UNIT_SIZE_BYTES;
      out_.units[track.path] = d.counter().has_unit_name() ? d.counter().unit_name() : bytes ? "bytes" : "count";
    }
    if (!paths_.insert(track.path).second) problem(fmt::format("two tracks of the name {}", track.path));
    tracks_[d.uuid()] = track;
  }
  void event(const perfetto::TracePacket& packet) {
    const perfetto::TrackEvent& e = packet.track_event();
    const auto at = tracks_.find(e.track_uuid());
    if (at == tracks_.end() || !packet.has_timestamp()) return problem("an event without track or time");
    Track& track = at->second;
    const auto ns = static_cast<std::int64_t>(packet.timestamp());
    if (ns < track.latest) problem(fmt::format("{} goes back in time at {} ns", track.path, ns));
    track.latest = ns;
    if (track.counter != (e.type() == perfetto::TrackEvent::TYPE_COUNTER)) problem("a value on no counter");
    switch (e.type()) {
      case perfetto::TrackEvent::TYPE_SLICE_BEGIN: open_[e.track_uuid()].push_back(begin(packet, track, ns)); break;
      case perfetto::TrackEvent::TYPE_INSTANT: out_.slices[begin(packet, track, ns)].instant = true; break;
      case perfetto::TrackEvent::TYPE_SLICE_END: {
        auto& open = open_[e.track_uuid()];
        if (open.empty()) return problem(fmt::format("{} ends more than it begins", track.path));
        out_.slices[open.back()].end = ns;
        open.pop_back();
        break;
      }
      case perfetto::TrackEvent::TYPE_COUNTER:
        if (e.has_counter_value() == e.has_double_counter_value()) problem("a counter without its one value");
        out_.counters[track.path].emplace_back(
            ns, e.has_counter_value() ? static_cast<double>(e.counter_value()) : e.double_counter_value());
        break;
      default: problem("an event of no type");
    }
  }
  std::size_t begin(const perfetto::TracePacket& packet, const Track& track, std::int64_t ns) {
    const perfetto::TrackEvent& e = packet.track_event();
    DecodedSlice slice;
    slice.track = track.path;
    slice.begin = slice.end = ns;
    slice.name = name(names_, e.name_iid(), packet);
    for (const std::uint64_t iid : e.category_iids()) slice.category += name(categories_, iid, packet);
    for (const perfetto::DebugAnnotation& note : e.debug_annotations()) {
      const std::string& key = name(notes_, note.name_iid(), packet);
      if (slice.numbers.count(key) + slice.texts.count(key) > 0) problem(fmt::format("{} has two {}", slice.name, key));
      switch (note.value_case()) {
        case perfetto::DebugAnnotation::kBoolValue: slice.numbers[key] = note.bool_value() ? 1 : 0; break;
        case perfetto::DebugAnnotation::kUintValue: slice.numbers[key] = static_cast<double>(note.uint_value()); break;
        case perfetto::DebugAnnotation::kIntValue: slice.numbers[key] = static_cast<double>(note.int_value()); break;
        case perfetto::DebugAnnotation::kDoubleValue: slice.numbers[key] = note.double_value(); break;
        case perfetto::DebugAnnotation::kStringValue: slice.texts[key] = note.string_value(); break;
        default: problem("an annotation without value");
      }
    }
    const auto end_of_flow = [&](std::uint64_t id, bool leaves) {
      auto& ends = flows_.try_emplace(id, -1, -1).first->second;
      std::int64_t& end = leaves ? ends.first : ends.second;
      if (end >= 0) problem(fmt::format("arrow {} has two ends of one kind", id));
      end = ns;
    };
    for (const std::uint64_t id : e.flow_ids()) slice.leaving.push_back(id), end_of_flow(id, true);
    for (const std::uint64_t id : e.terminating_flow_ids()) slice.arriving.push_back(id), end_of_flow(id, false);
    out_.slices.push_back(std::move(slice));
    return out_.slices.size() - 1;
  }

  DecodedTrace& out_;
  Names categories_, names_, notes_;
  std::map<std::uint64_t, Track> tracks_;
  std::set<std::string> paths_;
  std::set<int> pids_;
  std::map<std::uint64_t, std::vector<std::size_t>> open_;
  std::map<std::uint64_t, std::pair<std::int64_t, std::int64_t>> flows_;  ///< times of both ends, -1 for none
};

}  // namespace

double DecodedSlice::at(const std::string& note) const {
  const auto found = numbers.find(note);
  if (found == numbers.end()) throw std::runtime_error(fmt::format("{} on {} has no {}", name, track, note));
  return found->second;
}

DecodedTrace decode_trace(const std::filesystem::path& file) {
  DecodedTrace out;
  std::ifstream stream(file, std::ios::binary);
  perfetto::Trace trace;
  if (!trace.ParseFromIstream(&stream) || has_unknown(trace)) out.problems.push_back("the file does not parse");
  Reader reader(out);
  for (int i = 0; i < trace.packet_size(); ++i) reader.read(trace.packet(i), i == 0);
  reader.finish();
  return out;
}

}  // namespace inf::workflow
