#pragma once
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "isa/base/atomic_file.h"
#include "tools/workflow/trace/notes.h"
#include "tools/workflow/trace/proto_buffer.h"

namespace inf::workflow {

/// Perfetto's trace format on its way to a file: one sequence of packets, with names interned. Slices of one track must
/// come in the order of their times and nest; events of different tracks in any order. Timestamps are ns.
/// Errors: usage, as AtomicFile.
class PacketStream {
 public:
  enum class Track : std::uint64_t {};
  enum class Name : std::uint64_t { none };
  enum class Children : std::uint8_t { by_name, by_rank };
  enum class Unit : std::uint8_t { count, bytes, other };

  explicit PacketStream(const std::filesystem::path& file);

  Track process(int pid, const std::string& name);
  /// `rank` orders the tracks of a parent that has its children by rank.
  Track track(Track parent, std::string_view name, int rank, Children children = Children::by_name);
  Track counter(Track parent, std::string_view name, int rank, Unit unit, std::string_view unit_name = {});

  Name event(std::string_view name) { return intern(kEvents, name); }
  Name category(std::string_view name) { return intern(kCategories, name); }

  /// A slice begins, or something without length is marked. Notes and flows follow until `close`; names are made
  /// before.
  void begin(Track track, std::int64_t ns, Name name, Name category) { open(kBegin, track, ns, name, category); }
  void mark(Track track, std::int64_t ns, Name name, Name category) { open(kInstant, track, ns, name, category); }
  void note(Note note, std::string_view value);
  void note(Note note, const char* value) { this->note(note, std::string_view(value)); }
  void note(Note note, double value);
  void note(Note note, bool value);
  template <std::integral T>
  void note(Note note, T value) {
    note_integer(note, static_cast<std::int64_t>(value));
  }
  /// An arrow that leaves here, and one that arrives. Each number leaves once and arrives once, later.
  void flow_from(std::uint64_t id) { buffer_.fixed64(kFlowIds, id); }
  void flow_to(std::uint64_t id) { buffer_.fixed64(kTerminatingFlowIds, id); }
  void close();
  void end(Track track, std::int64_t ns);

  void count(Track track, std::int64_t ns, std::int64_t value);
  void count(Track track, std::int64_t ns, double value);

  /// Puts the file in its place; returns its size in bytes.
  std::uint64_t finish();
  std::uint64_t events() const { return events_; }

 private:
  enum : int { kFlowIds = 47, kTerminatingFlowIds = 48 };
  enum Type : int { kBegin = 1, kEnd = 2, kInstant = 3, kCounter = 4 };
  enum Table : int { kCategories = 1, kEvents = 2, kNotes = 3 };  ///< fields of InternedData

  Name intern(Table table, std::string_view name);
  void write_names(Table table, std::uint64_t first, std::span<const std::string_view> names, bool first_packet);
  Track describe(Track parent, std::string_view name, int rank);
  std::size_t open_packet();
  void open(Type type, Track track, std::int64_t ns, Name name, Name category);
  void open_event(Type type, Track track, std::int64_t ns, bool names);
  void note_integer(Note note, std::int64_t value);
  std::size_t open_note(Note note);
  void close_packet(std::size_t begun);

  AtomicFile file_;
  ProtoBuffer buffer_;
  std::size_t packet_ = 0, event_ = 0, descriptor_ = 0;  ///< what is open
  std::uint64_t tracks_ = 0, written_ = 0, events_ = 0;
  std::unordered_map<std::string, std::uint64_t> names_[4];  ///< by Table
};

}  // namespace inf::workflow
