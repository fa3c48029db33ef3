#include "tests/compiler/import/operator_cases.h"

namespace inf::tests {
namespace {

using I = std::int64_t;
using Cases = std::vector<OperatorCase>;

Attr axis(I v) { return {"axis", v}; }
Attr flag(const char* name, I v) { return {name, v}; }
Attr text(const char* name, const char* v) { return {name, std::string(v)}; }
Attr list(const char* name, Dims v) { return {name, std::move(v)}; }
Run ids(Dims dims, double low, double high) { return {std::move(dims), "int64", low, high}; }
Run booleans(Dims dims) { return {std::move(dims), "bool"}; }
TensorSpec table(Dims dims, std::vector<double> values) { return {"int64", std::move(dims), std::move(values), true}; }

void add(Cases& cases, Cases more) { cases.insert(cases.end(), more.begin(), more.end()); }

void add_logic(Cases& cases) {
  const Operand x = Run{{2, 3}}, y = Run{{3}}, i = ids({2, 3}, 0, 3), j = ids({2, 1}, 0, 3), p = booleans({2, 3}),
                q = booleans({3});
  for (const char* type : {"Less", "LessOrEqual", "Greater", "GreaterOrEqual", "Equal"}) {
    cases.push_back({std::string("floats ") + type, 16, type, {x, y}, {}, 1, "bool"});
    cases.push_back({std::string("integers ") + type, 16, type, {i, j}, {}, 1, "bool"});
  }
  for (const char* type : {"And", "Or", "Xor"})
    cases.push_back({std::string("logic ") + type, 13, type, {p, q}, {}, 1, "bool"});
  add(cases,
      {
          {"logic Not", 13, "Not", {p}, {}, 1, "bool"},
          {"where broadcast", 13, "Where", {p, x, Run{{2, 1}}}, {}},
          {"where constant mask", 13, "Where", {TensorSpec{"bool", {3}, {1, 0, 1}, true}, x, scalar("float", -9)}, {}},
          {"where integers", 13, "Where", {p, i, scalar("int64", 7)}, {}, 1, "int64"},
          {"cast to integers", 13, "Cast", {x}, {flag("to", 7)}, 1, "int64"},
          {"cast to booleans", 13, "Cast", {i}, {flag("to", 9)}, 1, "bool"},
          {"cast to floats", 13, "Cast", {p}, {flag("to", 1)}},
          {"cast integers to floats", 13, "Cast", {i}, {flag("to", 1)}},
          {"add integers", 13, "Add", {i, j}, {}, 1, "int64"},
          {"multiply integers by a constant", 13, "Mul", {i, scalar("int64", 3)}, {}, 1, "int64"},
          {"largest of integers", 13, "Max", {i, j}, {}, 1, "int64"},
          {"mean of three", 13, "Mean", {x, y, Run{{2, 1}}}, {}},
          {"power of three", 13, "Pow", {x, scalar("float", 3)}, {}},
      });
}

void add_indices(Cases& cases) {
  const Operand x = Run{{4, 3, 2}}, m = Run{{4, 3}};
  add(cases,
      {
          {"gather rows by ids", 13, "Gather", {noise({5, 3}, 4), ids({2, 3}, 0, 5)}, {}},
          {"gather from the end", 13, "Gather", {x, ids({3}, -3, 0)}, {axis(1)}},
          {"gather one id", 13, "Gather", {x, ids({}, 0, 2)}, {axis(-1)}},
          {"gather a few runs", 13, "Gather", {x, ints({2, 3, 0, 1, 1})}, {}},
          {"gather many runs", 13, "Gather", {x, ints({3, 1, 0, 2, 0, 3, 1, 2, 0, 2})}, {}},
          {"gather elements", 13, "GatherElements", {m, ids({2, 3}, -4, 4)}, {axis(0)}},
          {"gather elements, last axis", 13, "GatherElements", {x, ids({4, 3, 1}, 0, 2)}, {axis(2)}},
          {"gather elements, constant", 13, "GatherElements", {m, table({2, 3}, {0, 3, 1, -1, 2, 0})}, {axis(0)}},
          {"gather nd rows", 13, "GatherND", {x, ids({5, 1}, 0, 4)}, {}},
          {"gather nd pairs", 13, "GatherND", {x, ids({3, 2}, 0, 3)}, {}},
          {"gather nd elements from the end", 13, "GatherND", {x, ids({2, 2, 3}, -2, 2)}, {}},
          {"gather nd in batches", 13, "GatherND", {x, ids({4, 2, 1}, 0, 3)}, {flag("batch_dims", 1)}},
          {"gather nd, constant", 13, "GatherND", {x, table({3, 2}, {0, 1, 3, -1, 2, 0})}, {}},
          {"scatter nd, one row", 13, "ScatterND", {x, table({1, 1}, {2}), Run{{1, 3, 2}}}, {}},
          {"scatter nd, a column", 13, "ScatterND", {m, table({4, 2}, {0, 1, 1, 1, 2, 1, 3, 1}), Run{{4}}}, {}},
          {"scatter nd, neighbours", 13, "ScatterND", {m, table({2, 1}, {1, 2}), Run{{2, 3}}}, {}},
          {"scatter nd, scattered", 13, "ScatterND", {m, table({3, 1}, {3, 0, -2}), Run{{3, 3}}}, {}},
          {"scatter nd, constants", 13, "ScatterND", {m, table({3, 1}, {3, 0, 1}), noise({3, 3}, 9)}, {}},
          {"scatter nd, everything", 13, "ScatterND", {m, table({4, 1}, {0, 1, 2, 3}), Run{{4, 3}}}, {}},
          {"scatter nd, at run time", 13, "ScatterND", {m, ids({1, 1}, 0, 4), Run{{1, 3}}}, {}},
          {"scatter nd, elements at run time", 13, "ScatterND", {m, ids({1, 2}, -3, 3), Run{{1}}}, {}},
          {"scatter nd adds", 16, "ScatterND", {m, table({2, 1}, {1, 2}), Run{{2, 3}}}, {text("reduction", "add")}},
          {"scatter nd of integers",
           13,
           "ScatterND",
           {ids({2, 4}, 0, 9), table({2, 2}, {0, 2, 1, 2}), ids({2}, 0, 9)},
           {},
           1,
           "int64"},
          {"scatter elements", 13, "ScatterElements", {m, table({1, 3}, {0, 2, 1}), Run{{1, 3}}}, {axis(0)}},
          {"scatter elements, a column",
           13,
           "ScatterElements",
           {m, table({4, 1}, {1, 1, 1, 1}), Run{{4, 1}}},
           {axis(1)}},
          {"scatter elements at run time", 13, "ScatterElements", {m, ids({4, 1}, 0, 3), Run{{4, 1}}}, {axis(1)}},
          {"one hot", 13, "OneHot", {ids({2, 3}, -4, 4), scalar("int64", 4), floats({2}, {-1, 2})}, {}},
          {"one hot, first axis",
           13,
           "OneHot",
           {ids({2, 3}, 0, 4), scalar("int64", 4), floats({2}, {0, 1})},
           {axis(0)}},
          {"arg max", 13, "ArgMax", {x}, {axis(1)}, 1, "int64"},
          {"arg max without the axis", 13, "ArgMax", {x}, {axis(-1), flag("keepdims", 0)}, 1, "int64"},
          {"arg max, last of equals",
           13,
           "ArgMax",
           {Run{{3, 6}, "int32", 0, 3}},
           {axis(1), flag("select_last_index", 1)},
           1,
           "int64"},
          {"arg min", 13, "ArgMin", {Run{{3, 6}, "int32", 0, 3}}, {axis(0)}, 1, "int64"},
      });
}

void add_shapes(Cases& cases) {
  const Operand x = Run{{2, 1, 3}};
  add(cases, {
                 {"expand", 13, "Expand", {x, ints({2, 2, 1, 3})}, {}},
                 {"expand keeps", 13, "Expand", {x, ints({1, 1})}, {}},
                 {"expand integers", 13, "Expand", {ids({1, 3}, 0, 9), ints({2, 3})}, {}, 1, "int64"},
                 {"tile", 13, "Tile", {x, ints({2, 3, 1})}, {}},
                 {"tile once", 13, "Tile", {x, ints({1, 1, 1})}, {}},
                 {"running sums", 14, "CumSum", {Run{{2, 5}}, scalar("int64", 1)}, {}},
                 {"running sums, exclusive and from the end",
                  14,
                  "CumSum",
                  {Run{{2, 5}}, scalar("int64", -2)},
                  {flag("exclusive", 1), flag("reverse", 1)}},
                 {"upper triangle", 14, "Trilu", {Run{{2, 3, 4}}}, {}},
                 {"lower triangle, shifted", 14, "Trilu", {Run{{4, 4}}, scalar("int64", -1)}, {flag("upper", 0)}},
                 {"upper triangle of integers", 14, "Trilu", {ids({3, 3}, 1, 9), scalar("int64", 1)}, {}, 1, "int64"},
                 {"split, last part smaller", 13, "Split", {Run{{2, 5}}, ints({2, 2, 1})}, {axis(-1)}, 3},
                 {"reshape integers", 13, "Reshape", {ids({2, 3}, 0, 9), ints({-1})}, {}, 1, "int64"},
                 {"transpose booleans", 13, "Transpose", {booleans({2, 3})}, {}, 1, "bool"},
                 {"concat integers", 13, "Concat", {ids({2, 3}, 0, 9), table({2, 1}, {7, 8})}, {axis(1)}, 1, "int64"},
                 {"slice integers", 13, "Slice", {ids({2, 5}, 0, 9), ints({1}), ints({4}), ints({1})}, {}, 1, "int64"},
             });
}

void add_reductions(Cases& cases) {
  const Operand x = Run{{2, 3, 4}};
  for (const char* type : {"ReduceL1", "ReduceL2", "ReduceSumSquare", "ReduceLogSumExp", "ReduceProd"}) {
    cases.push_back({std::string(type) + " one axis", 13, type, {x}, {list("axes", {1})}});
    cases.push_back(
        {std::string(type) + " two axes dropped", 13, type, {x}, {list("axes", {-1, 0}), flag("keepdims", 0)}});
  }
  add(cases, {
                 {"ReduceProd everything", 13, "ReduceProd", {x}, {}},
                 {"sum of integers", 13, "ReduceSum", {ids({2, 3}, 0, 9), ints({1})}, {}, 1, "int64"},
                 {"log softmax", 13, "LogSoftmax", {x}, {axis(1)}},
                 {"log softmax of the last axes", 11, "LogSoftmax", {x}, {axis(1)}},
                 {"layer norm", 17, "LayerNormalization", {x, noise({4}, 5), noise({4}, 6)}, {}},
                 {"layer norm over two axes",
                  17,
                  "LayerNormalization",
                  {x, noise({3, 4}, 5), noise({3, 4}, 6)},
                  {axis(1), {"epsilon", 0.01f}}},
                 {"layer norm without shift", 17, "LayerNormalization", {x, noise({4}, 5)}, {axis(-1)}},
             });
}

void add_products(Cases& cases) {
  const auto equation = [](const char* v) { return std::vector<Attr>{text("equation", v)}; };
  add(cases, {
                 {"einsum heads", 12, "Einsum", {Run{{2, 3, 4, 5}}, Run{{2, 6, 4, 5}}}, equation("bihd,bjhd->bhij")},
                 {"einsum product", 12, "Einsum", {Run{{2, 3}}, noise({3, 4}, 3)}, equation("ij,jk->ik")},
                 {"einsum transposed result", 12, "Einsum", {Run{{2, 3}}, Run{{3, 4}}}, equation("ij, jk -> ki")},
                 {"einsum outer", 12, "Einsum", {Run{{2}}, Run{{3}}}, equation("i,j->ij")},
                 {"einsum dot", 12, "Einsum", {Run{{3}}, Run{{3}}}, equation("i,i->")},
                 {"einsum sums its own axis", 12, "Einsum", {Run{{2, 3, 4}}, Run{{3, 5}}}, equation("ijk,jl->il")},
                 {"einsum elementwise", 12, "Einsum", {Run{{2, 3}}, Run{{2, 3}}}, equation("ij,ij->ij")},
                 {"einsum of one", 12, "Einsum", {Run{{2, 3, 4}}}, equation("ijk->ik")},
                 {"einsum without an arrow", 12, "Einsum", {Run{{2, 3}}, Run{{3, 4}}}, equation("ab,bc")},
                 {"product in batches", 13, "MatMul", {Run{{2, 1, 3, 4}}, Run{{3, 4, 2}}}, {}},
             });
}

void add_recurrent(Cases& cases) {
  const I h = 3, in = 4;
  const Operand x = Run{{5, 2, in}}, x_batch_first = Run{{2, 5, in}};
  const auto w = [&](I dirs, I gates) { return noise({dirs, gates * h, in}, 31, 0.8); };
  const auto r = [&](I dirs, I gates) { return noise({dirs, gates * h, h}, 32, 0.8); };
  const auto b = [&](I dirs, I gates) { return noise({dirs, 2 * gates * h}, 33, 0.5); };
  const Attr hidden = flag("hidden_size", h);
  for (const auto& [type, gates] : {std::pair<const char*, I>{"LSTM", 4}, {"GRU", 3}, {"RNN", 1}}) {
    const std::string name = type;
    const int outputs = name == "LSTM" ? 3 : 2;
    cases.push_back({name + " plain", 14, type, {x, w(1, gates), r(1, gates)}, {hidden}, outputs});
    cases.push_back({name + " reverse with bias",
                     14,
                     type,
                     {x, w(1, gates), r(1, gates), b(1, gates)},
                     {hidden, text("direction", "reverse")},
                     outputs});
    std::vector<Operand> both = {
        x, w(2, gates), r(2, gates), b(2, gates), TensorSpec{"int32", {2}, {5, 5}, true}, Run{{2, 2, h}}};
    if (name == "LSTM") both.push_back(Run{{2, 2, h}});
    cases.push_back(
        {name + " both ways from given states", 14, type, both, {hidden, text("direction", "bidirectional")}, outputs});
  }
  cases.push_back({"GRU reset after the product",
                   14,
                   "GRU",
                   {x, w(1, 3), r(1, 3), b(1, 3)},
                   {hidden, flag("linear_before_reset", 1)},
                   2});
  cases.push_back({"GRU reset after, both ways",
                   14,
                   "GRU",
                   {x, w(2, 3), r(2, 3), b(2, 3)},
                   {hidden, flag("linear_before_reset", 1), text("direction", "bidirectional")},
                   2});
  cases.push_back({"RNN with relu",
                   14,
                   "RNN",
                   {x, w(1, 1), r(1, 1), b(1, 1)},
                   {hidden, {"activations", std::vector<std::string>{"Relu"}}},
                   2});
}

}  // namespace

std::vector<OperatorCase> sequence_cases() {
  Cases cases;
  add_logic(cases), add_indices(cases), add_shapes(cases), add_reductions(cases), add_products(cases);
  add_recurrent(cases);
  return cases;
}

}  // namespace inf::tests
