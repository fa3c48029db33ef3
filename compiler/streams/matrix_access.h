#pragma once
#include <vector>

#include "compiler/streams/memory_clocks.h"
#include "compiler/tiles/tile_program.h"
#include "isa/table/instructions.h"

namespace inf::compiler {

struct Emission;

/// When the parts of each matrix in SBUF are complete, and when their readers are done. A part is one block of tokens,
/// or one block of features for a run of rows.
class MatrixClocks {
 public:
  MatrixClocks(const TileProgram& program, int partitions);

  /// Rows of features whose completion is known together.
  static constexpr std::int64_t kRowRun = 512;

  Horizon ready(MatrixId id, std::int64_t block, std::int64_t first_row, std::int64_t rows) const;
  void note_write(MatrixId id, std::int64_t block, std::int64_t first_row, std::int64_t rows, const Horizon& until);
  void note_read(MatrixId id, const Horizon& until) { state(id).used.merge(until); }
  /// When the matrix may be written: what lay at its place before is gone, and readers of its last content are done.
  Horizon writable(MatrixId id) const { return state(id).base + state(id).used; }
  /// Gives the matrix its place: `past` says when that was last in use.
  void start(MatrixId id, const Horizon& past);
  /// When nobody needs the place any more.
  Horizon finished(MatrixId id) const;
  bool started(MatrixId id) const { return state(id).started; }

 private:
  struct State {
    bool started = false;
    Horizon base, used;
    std::int64_t runs = 1;  ///< per block
    std::vector<Horizon> written;
  };
  State& state(MatrixId id) { return states_[static_cast<std::size_t>(id)]; }
  const State& state(MatrixId id) const { return states_[static_cast<std::size_t>(id)]; }

  std::vector<State> states_;
};

/// A part of a matrix in SBUF: one block of tokens, or rows of every block of features.
struct Piece {
  std::int64_t offset = 0;      ///< bytes from the start of a partition: block 0, first row
  std::int64_t block_step = 0;  ///< bytes from block to block
  std::int64_t block = 0;       ///< tokens: which block it is
  std::int64_t first_row = 0, rows = 0;
  std::int64_t step = 1;  ///< features: the operator writes every step-th row, others are not its own
  int slot = -1;          ///< of the ring it was loaded into; -1: it lies there for good
};

/// What reading and writing a matrix share: where its pieces lie, and the ring for those that have no place in SBUF.
class MatrixPort {
 public:
  MatrixPort(const MatrixPort&) = delete;

  const Matrix& matrix() const { return m_; }
  /// Elements [col, col + pattern) of the piece's rows: `partitions` of them.
  isa::Access at_tokens(const Piece& piece, int start_partition, int partitions, std::int64_t slot,
                        const Pattern& free) const;
  /// Slots [slot, slot + partitions) for rows of the piece, `row` counted from the piece's first.
  isa::Access at_features(const Piece& piece, std::int64_t slot, int partitions, std::int64_t row,
                          const Pattern& free) const;

 protected:
  MatrixPort(Emission& e, MatrixId id, std::int64_t rows, std::int64_t pieces);
  ~MatrixPort();
  /// A piece in the next slot of the ring.
  Piece staged();
  Slot& slot_of(const Piece& piece) { return ring_[static_cast<std::size_t>(piece.slot)]; }
  const Slot& slot_of(const Piece& piece) const { return ring_[static_cast<std::size_t>(piece.slot)]; }

  Emission& e_;
  MatrixId id_;
  const Matrix& m_;
  std::vector<Slot> ring_;

 private:
  std::size_t next_ = 0;
};

/// Reads a matrix piece by piece, from its place in SBUF or, where it has none, from device memory through a ring.
class MatrixReader : public MatrixPort {
 public:
  /// `rows`: the most rows of features that a piece has; `pieces`: how many are in use at a time, and one more.
  MatrixReader(Emission& e, MatrixId id, std::int64_t rows = 0, std::int64_t pieces = 2)
      : MatrixPort(e, id, rows, pieces) {}

  Piece tokens(std::int64_t block);
  Piece features(std::int64_t first_row, std::int64_t rows);
  /// When a block of the piece is complete.
  Horizon ready(const Piece& piece, std::int64_t block) const;
  void done(const Piece& piece, const Horizon& until);
};

/// Writes a matrix piece by piece; the same two ways.
class MatrixWriter : public MatrixPort {
 public:
  MatrixWriter(Emission& e, MatrixId id, std::int64_t rows = 0) : MatrixPort(e, id, rows, 2) {}

  Piece tokens(std::int64_t block);
  /// Rows first_row, first_row + step, ... below first_row + rows.
  Piece features(std::int64_t first_row, std::int64_t rows, std::int64_t step = 1);
  /// When the piece may be written.
  Horizon free(const Piece& piece) const;
  void wrote(const Piece& piece, std::int64_t block, const Horizon& until);
  /// The operator itself reads what it wrote.
  void was_read(const Piece& piece, const Horizon& until);
  /// The piece is complete: it goes to device memory where the matrix has no place in SBUF.
  void finish(const Piece& piece) { finish(piece, 0, m_.slots()); }
  /// The same for slots [first, last) of it.
  void finish(const Piece& piece, std::int64_t first, std::int64_t last);
};

}  // namespace inf::compiler
