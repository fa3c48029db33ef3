#pragma once
#include <mpfr.h>

#include "isa/numerics/ops.h"

namespace inf::numerics {

/// An MPFR number of 128 bits that frees itself.
class Real {
 public:
  static constexpr mpfr_prec_t kBits = 128;

  Real() { mpfr_init2(v_, kBits); }
  explicit Real(double value) : Real() { mpfr_set_d(v_, value, MPFR_RNDN); }
  Real(const Real&) = delete;
  Real& operator=(const Real&) = delete;
  ~Real() { mpfr_clear(v_); }

  mpfr_ptr get() { return v_; }
  mpfr_srcptr get() const { return v_; }

 private:
  mpfr_t v_;
};

/// result = f(x) to at least 100 bits, for the functions that need a table.
void exact_value(ActFn fn, const Real& x, Real& result);

/// result = log(1 + x), the table behind log.
void exact_log1p(const Real& x, Real& result);

}  // namespace inf::numerics
