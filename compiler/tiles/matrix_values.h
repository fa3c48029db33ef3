#pragma once
#include <vector>

#include "compiler/tiles/matrix.h"

namespace inf::compiler {

/// The form in which an operator wants a value as a matrix.
struct Wish {
  Matrix::Major major = Matrix::Major::tokens;
  DType dtype = DType::bf16;
  std::int64_t first = 0, cols = 0;   ///< a range of the value's last axis
  std::int64_t group = 0, pitch = 0;  ///< columns of a head, and slots from head to head
  float alpha = 1;                    ///< times this
  RowOrder order;                     ///< tokens only
  friend bool operator==(const Wish&, const Wish&) = default;
};

/// Where one value can be had as a matrix. Forms are made when an operator wants them, and kept for the next one.
struct MatrixHome {
  ValueId value = kNoValue;  ///< the value that stands for it: itself, or what it is a reshape of
  int pending = -1;          ///< the matrix product (a node) that makes it, form by form; -1: `forms` or device memory
  struct Form {
    Wish wish;
    MatrixId matrix = kNoMatrix;
  };
  std::vector<Form> forms;
  bool on_chip() const { return pending >= 0 || !forms.empty(); }
};

}  // namespace inf::compiler
