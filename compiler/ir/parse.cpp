#include <fmt/format.h>

#include <cctype>
#include <charconv>
#include <cstdlib>
#include <map>
#include <optional>

#include "compiler/ir/fields.h"
#include "compiler/ir/graph.h"
#include "compiler/ir/names.h"
#include "isa/base/error.h"

namespace inf::compiler {
namespace {

/// Reads one line of the text form from left to right.
class Line {
 public:
  Line(std::string_view text, int number) : text_(text), number_(number) {}

  [[noreturn]] void fail(const std::string& message) const {
    throw Error(ErrorKind::usage, fmt::format("graph text:{}:{}", number_, at_ + 1), message);
  }
  bool done() { return skip(), at_ >= text_.size(); }
  bool accept(std::string_view token) {
    skip();
    if (text_.substr(at_, token.size()) != token) return false;
    return at_ += token.size(), true;
  }
  bool sees(std::string_view token) { return skip(), text_.substr(at_, token.size()) == token; }
  void expect(std::string_view token) {
    if (!accept(token)) fail(fmt::format("expected '{}'", token));
  }
  /// A run of letters, digits and _ . / : -
  std::string word() {
    skip();
    const std::size_t begin = at_;
    while (at_ < text_.size() && in_word(text_[at_])) ++at_;
    std::string w(text_.substr(begin, at_ - begin));
    while (!w.empty() && w.back() == ':') w.pop_back(), --at_;
    if (w.empty()) fail("expected a word");
    return w;
  }
  std::string string() {
    expect("\"");
    std::string s;
    while (at_ < text_.size() && text_[at_] != '"') {
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
      s += text_[at_++];
    }
    if (at_ >= text_.size()) fail("the string is not closed");
    return ++at_, s;
  }
  std::string reference() {
    expect("%");
    return at_ < text_.size() && text_[at_] == '"' ? string() : word();
  }
  /// An identifier: letters, digits and underscores.
  std::string identifier() {
    skip();
    const std::size_t begin = at_;
    while (at_ < text_.size() && (std::isalnum(static_cast<unsigned char>(text_[at_])) != 0 || text_[at_] == '_'))
      ++at_;
    if (at_ == begin) fail("expected a name");
    return std::string(text_.substr(begin, at_ - begin));
  }

  void get(std::int64_t& v) {
    skip();
    const auto r = std::from_chars(text_.data() + at_, text_.data() + text_.size(), v);
    if (r.ec != std::errc{}) fail("expected a whole number");
    at_ = static_cast<std::size_t>(r.ptr - text_.data());
  }
  void get(float& v) {
    skip();
    const auto r = std::from_chars(text_.data() + at_, text_.data() + text_.size(), v);
    if (r.ec != std::errc{}) fail("expected a number");
    at_ = static_cast<std::size_t>(r.ptr - text_.data());
  }
  void get(bool& v) {
    if (accept("true"))
      v = true;
    else if (accept("false"))
      v = false;
    else
      fail("expected true or false");
  }
  template <class T>
  void get(std::vector<T>& list, std::string_view open, std::string_view close) {
    list.clear();
    expect(open);
    if (accept(close)) return;
    do get(list.emplace_back());
    while (accept(","));
    expect(close);
  }
  void get(std::vector<std::int64_t>& v) { get(v, "[", "]"); }
  template <class T, std::size_t N>
  void get(std::array<T, N>& v) {
    expect("[");
    for (std::size_t i = 0; i < N; ++i) {
      if (i > 0) expect(",");
      get(v[i]);
    }
    expect("]");
  }
  void get(Pads& p) {
    std::array<std::int64_t, 4> v{};
    get(v);
    p = {v[0], v[1], v[2], v[3]};
  }
  void get(HeadView& h) {
    std::array<std::int64_t, 4> v{};
    get(v);
    h = {v[0], v[1], v[2], v[3]};
  }
  void get(Activation& a) {
    get(a.fn);
    if (!accept("(")) return;
    get(a.alpha), expect(","), get(a.beta), expect(")");
  }
  template <class Enum>
  requires std::is_enum_v<Enum>
  void get(Enum& e) {
    const std::string w = identifier();
    const auto found = from_name<Enum>(w);
    if (!found) fail(fmt::format("unknown word '{}'", w));
    e = *found;
  }

 private:
  static bool in_word(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.' || c == '/' || c == ':' || c == '-';
  }
  void skip() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\r')) ++at_;
    if (at_ < text_.size() && text_[at_] == '#') at_ = text_.size();
  }

  std::string_view text_;
  int number_;
  std::size_t at_ = 0;
};

/// The lines of a text in order; blocks of nested graphs take theirs from the same source.
class Lines {
 public:
  explicit Lines(std::string_view text) : text_(text) {}
  std::optional<Line> next() {
    if (begin_ >= text_.size()) return std::nullopt;
    const std::size_t end = std::min(text_.find('\n', begin_), text_.size());
    Line line(text_.substr(begin_, end - begin_), ++number_);
    begin_ = end + 1;
    return line;
  }
  [[noreturn]] void fail_at_end(const std::string& message) { Line({}, number_ + 1).fail(message); }

 private:
  std::string_view text_;
  std::size_t begin_ = 0;
  int number_ = 0;
};

/// Builds the graph line by line; `ids` finds a value by its name.
class Builder {
 public:
  explicit Builder(Lines& lines) : lines_(lines) {}

  Graph whole_text() {
    while (std::optional<Line> line = lines_.next()) take(*line);
    return std::move(graph_);
  }
  /// Up to the line that holds only a closing brace.
  Graph block() {
    while (std::optional<Line> line = lines_.next()) {
      if (line->accept("}")) {
        end_of(*line);
        return std::move(graph_);
      }
      take(*line);
    }
    lines_.fail_at_end("the block of a loop body is not closed by '}'");
  }

 private:
  static void end_of(Line& line) {
    if (!line.done()) line.fail("unexpected text at the end of the line");
  }

  void take(Line& line) {
    if (line.done()) return;
    if (line.accept("graph "))
      header(line);
    else if (line.accept("input "))
      graph_.inputs.push_back(declare(line, nullptr));
    else if (line.accept("const "))
      constant(line);
    else if (line.accept("output "))
      graph_.outputs.push_back(find(line));
    else if (line.accept("ledger "))
      ledger(line);
    else
      node(line);
    end_of(line);
  }

  void header(Line& line) {
    graph_.name = line.string();
    if (line.accept("opset")) line.get(graph_.opset);
  }

  ValueId declare(Line& line, std::shared_ptr<const Constant> data) {
    Value v;
    v.name = line.reference();
    line.expect(":");
    line.get(v.element), line.get(v.shape);
    v.constant = std::move(data);
    const auto [at, fresh] = ids_.emplace(v.name, static_cast<ValueId>(graph_.values.size()));
    if (!fresh) line.fail(fmt::format("%{} is written twice", v.name));
    return graph_.add(std::move(v));
  }

  ValueId find(Line& line) {
    const std::string name = line.reference();
    const auto at = ids_.find(name);
    if (at == ids_.end()) line.fail(fmt::format("%{} is not defined above", name));
    return at->second;
  }

  template <class T>
  static std::vector<T> data(Line& line, std::size_t count) {
    std::vector<T> values;
    if (line.accept("splat(")) {
      T v{};
      line.get(v), line.expect(")");
      values.assign(count, v);
    } else {
      line.get(values, "{", "}");
    }
    if (values.size() != count) line.fail(fmt::format("{} values for {} elements", values.size(), count));
    return values;
  }

  void constant(Line& line) {
    auto c = std::make_shared<Constant>();
    const ValueId id = declare(line, c);
    const Value& v = graph_.value(id);
    c->shape = v.shape;
    if (v.element != Element::f32) c->data = std::vector<std::int64_t>{};
    if (!line.accept("=")) return;
    const auto count = static_cast<std::size_t>(elements(v.shape));
    if (v.element == Element::f32)
      c->data = data<float>(line, count);
    else
      c->data = data<std::int64_t>(line, count);
  }

  void parameters(Line& line, Operator& op) {
    while (!line.done() && !line.sees("@") && !line.sees("{")) {
      const std::string key = line.identifier();
      line.expect("=");
      bool known = false;
      std::visit(
          [&](auto& o) {
            fields(o, [&](const char* field, auto& v) {
              if (key == field) line.get(v), known = true;
            });
          },
          op);
      if (!known) line.fail(fmt::format("{} has no field '{}'", op_name(op), key));
    }
  }

  void node(Line& line) {
    Node n;
    n.output = declare(line, nullptr);
    while (line.accept(",")) n.more.push_back(declare(line, nullptr));
    line.expect("=");
    const std::string word = line.identifier();
    const auto op = op_from_name(word);
    if (!op) line.fail(fmt::format("unknown operator '{}'", word));
    n.op = *op;
    line.expect("(");
    while (!line.accept(")")) {
      n.inputs.push_back(line.accept("_") ? kNoValue : find(line));
      line.accept(",");
    }
    n.name = graph_.value(n.output).name;
    parameters(line, n.op);
    if (line.accept("@")) n.name = line.string();
    if (auto* loop = std::get_if<Loop>(&n.op)) {
      line.expect("{");
      end_of(line);
      loop->body = std::make_shared<const Graph>(Builder(lines_).block());
    } else if (!n.more.empty()) {
      line.fail(fmt::format("{} has one output", word));
    }
    graph_.nodes.push_back(std::move(n));
  }

  void ledger(Line& line) {
    LedgerEntry e;
    e.node = line.string(), e.onnx_type = line.string();
    line.get(e.fate);
    if (line.accept("into")) e.into = line.string();
    if (line.accept("macs")) line.get(e.macs);
    graph_.ledger.push_back(std::move(e));
  }

  Lines& lines_;
  Graph graph_;
  std::map<std::string, ValueId> ids_;
};

}  // namespace

Graph parse_graph(const std::string& text) {
  Lines lines(text);
  return Builder(lines).whole_text();
}

}  // namespace inf::compiler
