#include "isa/program/cursor.h"

#include <fmt/core.h>

#include <bit>
#include <charconv>

#include "isa/base/nearest.h"

namespace inf::isa {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
int hex_digit(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

void Cursor::skip_blanks() {
  while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\r')) ++at_;
  if (at_ < text_.size() && text_[at_] == '#') at_ = text_.size();
}

bool Cursor::at_end() {
  skip_blanks();
  return at_ == text_.size();
}

int Cursor::column() {
  skip_blanks();
  return static_cast<int>(at_) + 1;
}

std::string Cursor::where(int column) const { return fmt::format("{}:{}:{}", *file_, line_, column); }

std::string Cursor::token() {
  if (at_end()) return "end of line";
  std::size_t end = at_;
  while (end < text_.size() && (is_letter(text_[end]) || is_digit(text_[end]) || text_[end] == '.')) ++end;
  if (end == at_) ++end;
  return fmt::format("'{}'", text_.substr(at_, end - at_));
}

void Cursor::fail_at(int column, std::string message) const {
  throw Error(ErrorKind::usage, where(column), std::move(message));
}
void Cursor::fail(std::string_view wanted) {
  const int at = column();
  fail_at(at, fmt::format("{} where {} is allowed", token(), wanted));
}
void Cursor::fail(std::string_view wanted, const std::vector<std::string_view>& known) {
  const int at = column();
  std::string found = token();
  const std::string_view bare =
      found.front() == '\'' ? std::string_view(found).substr(1, found.size() - 2) : std::string_view();
  fail_at(at, fmt::format("{} where {} is allowed{}", found, wanted, did_you_mean(bare, known)));
}

bool Cursor::accept(std::string_view token) {
  skip_blanks();
  if (text_.substr(at_, token.size()) != token) return false;
  at_ += token.size();
  return true;
}
void Cursor::expect(std::string_view token) {
  if (!accept(token)) fail(fmt::format("'{}'", token));
}

bool Cursor::accept_word(std::string_view word) {
  const std::size_t before = at_;
  if (!at_end() && is_letter(text_[at_]) && this->word("") == word) return true;
  at_ = before;
  return false;
}

std::string_view Cursor::word(std::string_view wanted) {
  if (at_end() || !is_letter(text_[at_])) fail(wanted);
  const std::size_t first = at_;
  while (at_ < text_.size() && (is_letter(text_[at_]) || is_digit(text_[at_]) || text_[at_] == '.')) ++at_;
  return text_.substr(first, at_ - first);
}

std::string Cursor::name(std::string_view wanted) {
  if (!accept("\"")) return std::string(word(wanted));
  std::string text;
  while (at_ < text_.size() && text_[at_] != '"') {
    char c = text_[at_++];
    if (c == '\\' && at_ < text_.size()) {
      c = text_[at_++];
      if (c == 'x') {
        unsigned value = 0;
        if (!hex_byte(value)) fail("two hex digits");
        c = static_cast<char>(value);
      }
    }
    text += c;
  }
  if (at_ == text_.size()) fail("a closing '\"'");
  ++at_;
  return text;
}

std::int64_t Cursor::integer(std::string_view wanted, std::int64_t low, std::int64_t high) {
  const int at = column();
  std::int64_t value = 0;
  const char* first = text_.data() + at_;
  const auto [end, error] = std::from_chars(first, text_.data() + text_.size(), value);
  if (error == std::errc::result_out_of_range)
    fail_at(at, fmt::format("{} is outside {}..{}", std::string_view(first, static_cast<std::size_t>(end - first)), low,
                            high));
  if (error != std::errc()) fail(wanted);
  if (value < low || value > high) fail_at(at, fmt::format("{} = {} is outside {}..{}", wanted, value, low, high));
  at_ += static_cast<std::size_t>(end - first);
  return value;
}

float Cursor::real(std::string_view wanted) {
  if (accept_word("bits")) {
    expect("(0x");
    std::uint32_t bits = 0;
    int digits = 0;
    for (; at_ < text_.size() && hex_digit(text_[at_]) >= 0 && digits < 8; ++at_, ++digits)
      bits = bits << 4 | static_cast<std::uint32_t>(hex_digit(text_[at_]));
    if (digits != 8) fail("eight hex digits");
    expect(")");
    return std::bit_cast<float>(bits);
  }
  if (accept_word("nan")) return std::bit_cast<float>(std::uint32_t{0x7fc00000});
  const int at = column();
  float value = 0;
  const char* first = text_.data() + at_;
  const auto [end, error] = std::from_chars(first, text_.data() + text_.size(), value);
  if (error == std::errc::result_out_of_range) fail_at(at, fmt::format("{} is beyond fp32", token()));
  if (error != std::errc()) fail(wanted);
  at_ += static_cast<std::size_t>(end - first);
  return value;
}

double Cursor::number(std::string_view wanted) {
  skip_blanks();
  double value = 0;
  const char* first = text_.data() + at_;
  const auto [end, error] = std::from_chars(first, text_.data() + text_.size(), value);
  if (error != std::errc()) fail(wanted);
  at_ += static_cast<std::size_t>(end - first);
  return value;
}

bool Cursor::hex_byte(unsigned& value) {
  if (at_ + 1 >= text_.size() || hex_digit(text_[at_]) < 0 || hex_digit(text_[at_ + 1]) < 0) return false;
  value = static_cast<unsigned>(hex_digit(text_[at_]) << 4 | hex_digit(text_[at_ + 1]));
  at_ += 2;
  return true;
}

void Cursor::expect_end() {
  if (!at_end()) fail("the end of the line");
}

}  // namespace inf::isa
