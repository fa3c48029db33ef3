#include "tools/workflow/trace/packet_stream.h"

#include <array>

namespace inf::workflow {
namespace {

// Field numbers of the format, by message.
namespace trace {
enum : int { packet = 1 };
}
namespace packet {
enum : int {
  timestamp = 8,
  sequence_id = 10,
  track_event = 11,
  interned_data = 12,
  sequence_flags = 13,
  track_descriptor = 60,
  first_on_sequence = 87
};
enum : std::uint64_t { state_cleared = 1, needs_state = 2 };
}  // namespace packet
namespace descriptor {
enum : int { uuid = 1, name = 2, process = 3, parent = 5, counter = 8, child_ordering = 11, rank = 12 };
enum : std::uint64_t { explicit_order = 3 };
}  // namespace descriptor
namespace process_descriptor {
enum : int { pid = 1, name = 6 };
}
namespace counter_descriptor {
enum : int { unit = 3, unit_name = 6 };
enum : std::uint64_t { unit_count = 2, unit_bytes = 3 };
}  // namespace counter_descriptor
namespace track_event {
enum : int {
  category_iids = 3,
  debug_annotations = 4,
  type = 9,
  name_iid = 10,
  track_uuid = 11,
  counter_value = 30,
  double_counter_value = 44
};
}
namespace annotation {
enum : int { name_iid = 1, bool_value = 2, uint_value = 3, int_value = 4, double_value = 5, string_value = 6 };
}
namespace interned {
enum : int { iid = 1, name = 2 };
}

constexpr std::uint64_t kSequence = 1;
constexpr std::size_t kFlush = std::size_t{1} << 20;

}  // namespace

PacketStream::PacketStream(const std::filesystem::path& file) : file_(file) {
  std::array<std::string_view, kNoteCount> names;
  for (std::size_t i = 0; i < names.size(); ++i) names[i] = name(static_cast<Note>(i));
  write_names(kNotes, 1, names, true);
}

std::size_t PacketStream::open_packet() {
  packet_ = buffer_.begin(trace::packet);
  buffer_.uint(packet::sequence_id, kSequence);
  return packet_;
}

void PacketStream::close_packet(std::size_t begun) {
  buffer_.end(begun);
  if (buffer_.bytes().size() < kFlush) return;
  file_.write(buffer_.bytes().data(), buffer_.bytes().size());
  written_ += buffer_.bytes().size();
  buffer_.clear();
}

PacketStream::Name PacketStream::intern(Table table, std::string_view name) {
  auto& known = names_[table];
  const auto [at, is_new] = known.try_emplace(std::string(name), known.size() + 1);
  if (is_new) write_names(table, at->second, std::span(&name, 1), false);
  return Name(at->second);
}

void PacketStream::write_names(Table table, std::uint64_t first, std::span<const std::string_view> names,
                               bool first_packet) {
  const std::size_t begun = open_packet();
  buffer_.uint(packet::sequence_flags, first_packet ? packet::state_cleared : packet::needs_state);
  if (first_packet) buffer_.uint(packet::first_on_sequence, 1);
  const std::size_t data = buffer_.begin(packet::interned_data);
  for (const std::string_view name : names) {
    const std::size_t entry = buffer_.begin(table);
    buffer_.uint(interned::iid, first++);
    buffer_.text(interned::name, name);
    buffer_.end(entry);
  }
  buffer_.end(data);
  close_packet(begun);
}

/// Opens a descriptor; whoever calls it closes it.
PacketStream::Track PacketStream::describe(Track parent, std::string_view name, int rank) {
  open_packet();
  descriptor_ = buffer_.begin(packet::track_descriptor);
  buffer_.uint(descriptor::uuid, ++tracks_);
  if (!name.empty()) buffer_.text(descriptor::name, name);
  if (parent != Track{}) {
    buffer_.uint(descriptor::parent, static_cast<std::uint64_t>(parent));
    buffer_.sint(descriptor::rank, rank);
  }
  return Track{tracks_};
}

PacketStream::Track PacketStream::process(int pid, const std::string& name) {
  const Track made = describe(Track{}, {}, 0);
  buffer_.uint(descriptor::child_ordering, descriptor::explicit_order);
  const std::size_t process = buffer_.begin(descriptor::process);
  buffer_.sint(process_descriptor::pid, pid);
  buffer_.text(process_descriptor::name, name);
  buffer_.end(process);
  buffer_.end(descriptor_);
  close_packet(packet_);
  return made;
}

PacketStream::Track PacketStream::track(Track parent, std::string_view name, int rank, Children children) {
  const Track made = describe(parent, name, rank);
  if (children == Children::by_rank) buffer_.uint(descriptor::child_ordering, descriptor::explicit_order);
  buffer_.end(descriptor_);
  close_packet(packet_);
  return made;
}

PacketStream::Track PacketStream::counter(Track parent, std::string_view name, int rank, Unit unit,
                                          std::string_view unit_name) {
  const Track made = describe(parent, name, rank);
  const std::size_t counter = buffer_.begin(descriptor::counter);
  switch (unit) {
    case Unit::count: buffer_.uint(counter_descriptor::unit, counter_descriptor::unit_count); break;
    case Unit::bytes: buffer_.uint(counter_descriptor::unit, counter_descriptor::unit_bytes); break;
    case Unit::other: buffer_.text(counter_descriptor::unit_name, unit_name); break;
  }
  buffer_.end(counter);
  buffer_.end(descriptor_);
  close_packet(packet_);
  return made;
}

void PacketStream::open_event(Type type, Track track, std::int64_t ns, bool names) {
  ++events_;
  open_packet();
  buffer_.uint(packet::timestamp, static_cast<std::uint64_t>(ns));
  if (names) buffer_.uint(packet::sequence_flags, packet::needs_state);
  event_ = buffer_.begin(packet::track_event);
  buffer_.uint(track_event::type, type);
  buffer_.uint(track_event::track_uuid, static_cast<std::uint64_t>(track));
}

void PacketStream::open(Type type, Track track, std::int64_t ns, Name name, Name category) {
  open_event(type, track, ns, true);
  buffer_.uint(track_event::name_iid, static_cast<std::uint64_t>(name));
  if (category != Name::none) buffer_.uint(track_event::category_iids, static_cast<std::uint64_t>(category));
}

void PacketStream::close() {
  buffer_.end(event_);
  close_packet(packet_);
}

void PacketStream::end(Track track, std::int64_t ns) {
  open_event(kEnd, track, ns, false);
  close();
}

void PacketStream::count(Track track, std::int64_t ns, std::int64_t value) {
  open_event(kCounter, track, ns, false);
  buffer_.sint(track_event::counter_value, value);
  close();
}

void PacketStream::count(Track track, std::int64_t ns, double value) {
  open_event(kCounter, track, ns, false);
  buffer_.real(track_event::double_counter_value, value);
  close();
}

std::size_t PacketStream::open_note(Note note) {
  const std::size_t begun = buffer_.begin(track_event::debug_annotations);
  buffer_.uint(annotation::name_iid, static_cast<std::uint64_t>(note) + 1);
  return begun;
}

void PacketStream::note(Note note, std::string_view value) {
  const std::size_t begun = open_note(note);
  buffer_.text(annotation::string_value, value);
  buffer_.end(begun);
}

void PacketStream::note(Note note, double value) {
  const std::size_t begun = open_note(note);
  buffer_.real(annotation::double_value, value);
  buffer_.end(begun);
}

void PacketStream::note(Note note, bool value) {
  const std::size_t begun = open_note(note);
  buffer_.uint(annotation::bool_value, value ? 1 : 0);
  buffer_.end(begun);
}

void PacketStream::note_integer(Note note, std::int64_t value) {
  const std::size_t begun = open_note(note);
  if (value < 0)
    buffer_.sint(annotation::int_value, value);
  else
    buffer_.uint(annotation::uint_value, static_cast<std::uint64_t>(value));
  buffer_.end(begun);
}

std::uint64_t PacketStream::finish() {
  file_.write(buffer_.bytes().data(), buffer_.bytes().size());
  written_ += buffer_.bytes().size();
  buffer_.clear();
  file_.commit();
  return written_;
}

}  // namespace inf::workflow
