#include <fmt/format.h>

#include <algorithm>

#include "compiler/import/lowering.h"
#include "compiler/ir/names.h"

namespace inf::compiler::importer {
namespace {

/// "bhid,bhjd->bhij" as letters per operand and of the result.
struct Equation {
  std::vector<std::string> terms;
  std::string result;
};

Equation parse(const Lowering& at, const std::string& text) {
  Equation e;
  std::string word;
  bool arrow = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == ' ') continue;
    if (c == ',') {
      e.terms.push_back(word), word.clear();
    } else if (c == '-' && i + 1 < text.size() && text[i + 1] == '>') {
      e.terms.push_back(word), word.clear();
      arrow = true, ++i;
    } else if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) {
      word += c;
    } else {
      at.unsupported(fmt::format("equation '{}' holds '{}'", text, c), {"supported: letters, no ellipsis"});
    }
  }
  if (arrow) return e.result = word, e;
  e.terms.push_back(word);
  // Without an arrow: the letters that appear once, in alphabetical order.
  std::string all;
  for (const std::string& t : e.terms) all += t;
  std::sort(all.begin(), all.end());
  for (const char c : all)
    if (std::count(all.begin(), all.end(), c) == 1) e.result += c;
  return e;
}

bool has(const std::string& word, char c) { return word.find(c) != std::string::npos; }

/// `x` with its axes, named by `from`, in the order of `to`.
ValueId arranged(Lowering& at, ValueId x, const std::string& from, const std::string& to) {
  if (from == to) return x;
  Transpose t;
  for (const char c : to) t.perm.push_back(static_cast<std::int64_t>(from.find(c)));
  return at.emit(std::move(t), {x});
}

/// Sums over the letters that are neither in the other operand nor in the result.
ValueId without_own(Lowering& at, ValueId x, std::string& letters, const std::string& wanted) {
  std::vector<std::int64_t> axes;
  std::string left;
  for (std::size_t i = 0; i < letters.size(); ++i)
    if (has(wanted, letters[i]))
      left += letters[i];
    else
      axes.push_back(static_cast<std::int64_t>(i));
  letters = left;
  return axes.empty() ? x : at.emit(Reduce{Reduce::Op::sum, axes, false}, {x});
}

void check(const Lowering& at, const Equation& e) {
  const auto repeated = [](std::string w) {
    std::sort(w.begin(), w.end());
    return std::adjacent_find(w.begin(), w.end()) != w.end();
  };
  const std::string text = at.word("equation", "");
  if (e.terms.size() != at.input_count() || e.terms.empty() || e.terms.size() > 2)
    at.unsupported(fmt::format("equation '{}' has {} operands", text, e.terms.size()),
                   {"supported: one or two operands; split a longer product"});
  for (std::size_t i = 0; i < e.terms.size(); ++i) {
    if (e.terms[i].size() != at.shape(i).size())
      at.broken(fmt::format("'{}' names {} axes, operand {} has shape {}", e.terms[i], e.terms[i].size(), i,
                            to_string(at.shape(i))));
    if (repeated(e.terms[i]))
      at.unsupported(fmt::format("'{}' repeats an axis: a diagonal", e.terms[i]), {"supported: each axis once"});
  }
  for (const char c : e.result)
    if (!has(e.terms[0], c) && (e.terms.size() < 2 || !has(e.terms[1], c)))
      at.broken(fmt::format("equation '{}': result axis '{}' is in no operand", text, c));
  if (repeated(e.result)) at.broken(fmt::format("equation '{}' repeats a result axis", text));
}

}  // namespace

void lower_einsum(Lowering& at) {
  Equation e = parse(at, at.word("equation", ""));
  check(at, e);
  ValueId a = at.input(0);
  if (e.terms.size() == 1) {
    a = without_own(at, a, e.terms[0], e.result);
    return at.result(arranged(at, a, e.terms[0], e.result));
  }
  ValueId b = at.input(1);
  std::string &la = e.terms[0], &lb = e.terms[1];
  a = without_own(at, a, la, e.result + lb), b = without_own(at, b, lb, e.result + la);
  // batch: in both and in the result; summed: in both alone; rows and columns: in one operand
  std::string batch, summed, rows, columns;
  for (const char c : la) (has(lb, c) ? (has(e.result, c) ? batch : summed) : rows) += c;
  for (const char c : lb)
    if (!has(la, c)) columns += c;
  const auto sizes = [&](ValueId x, const std::string& letters, const std::string& some) {
    Shape s;
    for (const char c : some) s.push_back(at.shape_of(x)[letters.find(c)]);
    return s;
  };
  const Shape sb = sizes(a, la, batch), sr = sizes(a, la, rows), sc = sizes(b, lb, columns), sk = sizes(a, la, summed);
  if (sb != sizes(b, lb, batch) || sk != sizes(b, lb, summed))
    at.broken(fmt::format("equation '{}': {} and {} disagree on a shared axis", at.word("equation", ""),
                          to_string(at.shape(0)), to_string(at.shape(1))));
  const std::int64_t m = elements(sr), k = elements(sk), n = elements(sc);
  const auto matrix = [&](Shape lead, std::int64_t r, std::int64_t c) {
    return lead.push_back(r), lead.push_back(c), lead;
  };
  const ValueId left = at.reshaped(arranged(at, a, la, batch + rows + summed), matrix(sb, m, k));
  const ValueId right = at.reshaped(arranged(at, b, lb, batch + summed + columns), matrix(sb, k, n));
  Shape y = sb;
  y.insert(y.end(), sr.begin(), sr.end()), y.insert(y.end(), sc.begin(), sc.end());
  const ValueId product = at.reshaped(at.emit(MatMul{}, {left, right}), y);
  at.result(arranged(at, product, batch + rows + columns, e.result));
}

}  // namespace inf::compiler::importer
