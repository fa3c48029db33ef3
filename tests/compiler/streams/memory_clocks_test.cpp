#include "compiler/streams/memory_clocks.h"

#include <doctest/doctest.h>

#include <string>

#include "isa/base/error.h"

using namespace inf;
using namespace inf::compiler;

namespace {
Horizon at(Line line, int value) {
  Horizon c;
  c[line] = value;
  return c;
}
}  // namespace

TEST_CASE("a range is free when everybody who touched any of it is done") {
  RegionClocks r;
  r.note(0, 100, at(Line::tensor, 5));
  r.note(50, 150, at(Line::vector, 7));
  struct Row {
    std::string name;
    std::int64_t lo, hi;
    int tensor, vector;
  };
  const Row rows[] = {{"first half", 0, 50, 5, 0},
                      {"both", 40, 60, 5, 7},
                      {"second owner keeps what it waited for", 60, 70, 5, 7},
                      {"beyond", 150, 200, 0, 0}};
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK(r.over(row.lo, row.hi)[Line::tensor] == row.tensor);
    CHECK(r.over(row.lo, row.hi)[Line::vector] == row.vector);
  }
}

TEST_CASE("operators take SBUF from both ends in turn") {
  SbufArena arena;
  arena.turn(1000, 2000);
  Slot a = arena.allocate(100);
  CHECK(a.offset == 1000);
  CHECK(a.bytes == 128);
  CHECK_THROWS_AS(arena.turn(1000, 2000), Error);  // a slot is still held
  a.written = at(Line::load, 3);
  arena.release(a);
  arena.turn(1000, 2000);
  const Slot b = arena.allocate(100);
  CHECK(b.offset == 2000 - 128);
  CHECK(b.used == Horizon{});  // nobody was there
  CHECK_THROWS_AS(arena.allocate(900), Error);
  const Slot c = arena.allocate(800);
  CHECK(c.used[Line::load] == 3);  // reaches into the first operator's slot
}

TEST_CASE("device memory: readers wait for the rows they need, later owners for everything") {
  TileProgram p;
  for (int i = 0; i < 2; ++i) {
    TileTensor t;
    t.shape = {1, 4, 10, 8};
    p.tensors.push_back(t);  // both at offset 0
  }
  DramClocks d(p);
  CHECK(d.writable(0, {0, 5}) == Horizon{});
  d.note_write(0, {0, 5}, at(Line::store, 1));
  d.note_write(0, {5, 10}, at(Line::store, 2));
  CHECK(d.ready(0, {2, 4})[Line::store] == 1);
  CHECK(d.ready(0, {4, 6})[Line::store] == 2);
  d.note_read(0, at(Line::load, 9));
  CHECK(d.writable(1, {0, 1})[Line::load] == 9);
  CHECK(d.writable(1, {0, 1})[Line::store] == 2);
}

TEST_CASE("bytes of an input are reused when its readers are done") {
  TileProgram p;
  for (const auto role : {TileTensor::Role::input, TileTensor::Role::scratch}) {
    TileTensor t;
    t.shape = {4, 8};
    t.role = role;
    p.tensors.push_back(t);  // both at offset 0
  }
  DramClocks d(p);
  d.note_read(0, at(Line::store, 3));
  CHECK(d.writable(1, d.whole(1))[Line::store] == 3);
}
