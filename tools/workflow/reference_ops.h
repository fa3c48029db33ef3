#pragma once
// Inside run_reference only: one function per operator that oneDNN executes.
#include <oneapi/dnnl/dnnl.hpp>
#include <optional>
#include <vector>

#include "compiler/ir/graph.h"

namespace inf::workflow::reference {

/// A value at run time: its elements in whatever order oneDNN found best. oneDNN's reference count keeps it alive.
struct Held {
  dnnl::memory memory;
  bool last_use = false;  ///< the running node is its last reader, so it may be overwritten

  explicit operator bool() const { return static_cast<bool>(memory); }
};

/// The processor and its one in-order queue.
struct Host {
  dnnl::engine engine{dnnl::engine::kind::cpu, 0};
  dnnl::stream stream{engine};
};

/// A row-major array of that shape; `data` is viewed, not copied, and null allocates.
dnnl::memory row_major(const Host& host, const compiler::Shape& shape, const float* data = nullptr);
/// The same elements in the order of `order`; the memory itself when it has that order already.
dnnl::memory reordered(const Host& host, const dnnl::memory& from, const dnnl::memory::desc& order);

// Each returns nullopt for a variant that it leaves to the interpreter, and throws dnnl::error for one that oneDNN
// lacks. `in` has one entry per input slot, empty where it is absent; `shape` is the result's.
using Inputs = std::vector<Held>;
using Result = std::optional<dnnl::memory>;
Result run(const Host& host, const compiler::Conv& op, const Inputs& in, const compiler::Shape& shape);
Result run(const Host& host, const compiler::Pool& op, const Inputs& in, const compiler::Shape& shape);
Result run(const Host& host, const compiler::Resize& op, const Inputs& in, const compiler::Shape& shape);
Result run(const Host& host, const compiler::MatMul& op, const Inputs& in, const compiler::Shape& shape);
Result run(const Host& host, const compiler::BatchNorm& op, const Inputs& in, const compiler::Shape& shape);
Result run(const Host& host, const compiler::Unary& op, const Inputs& in, const compiler::Shape& shape);
Result run(const Host& host, const compiler::Concat& op, const Inputs& in, const compiler::Shape& shape);
Result run(const Host& host, const compiler::Softmax& op, const Inputs& in, const compiler::Shape& shape);
Result run(const Host& host, const compiler::Reshape& op, const Inputs& in, const compiler::Shape& shape);

}  // namespace inf::workflow::reference
