#pragma once
#include <concepts>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "isa/base/error.h"

namespace inf::isa {

/// Reads one line of assembler text from left to right. Blanks between tokens are skipped, "#" starts a comment.
/// Errors: usage at "file:line:column" with the token that is wrong and what is allowed in its place.
class Cursor {
 public:
  Cursor(std::string_view line, const std::string& file, int line_number)
      : text_(line), file_(&file), line_(line_number) {}

  bool at_end();
  /// Takes `token` if it comes next.
  bool accept(std::string_view token);
  void expect(std::string_view token);
  /// A name that comes next and is exactly this word.
  bool accept_word(std::string_view word);
  /// Letters, digits, "_" and "."; not beginning with a digit.
  std::string_view word(std::string_view wanted);
  /// A word or a string in double quotes.
  std::string name(std::string_view wanted);
  std::int64_t integer(std::string_view wanted, std::int64_t low, std::int64_t high);
  template <std::integral T>
  T integer(std::string_view wanted) {
    return static_cast<T>(integer(wanted, std::numeric_limits<T>::min(), std::numeric_limits<T>::max()));
  }
  /// Decimal, inf, nan or bits(0x...).
  float real(std::string_view wanted);
  /// A number in decimal that is not rounded to float.
  double number(std::string_view wanted);
  /// Two hex digits, or false at the end of the digits.
  bool hex_byte(unsigned& value);
  void expect_end();

  /// Column of the next token, from 1.
  int column();
  std::string where(int column) const;
  /// The next token, for messages.
  std::string token();
  [[noreturn]] void fail(std::string_view wanted);
  /// `known` gives the nearest name.
  [[noreturn]] void fail(std::string_view wanted, const std::vector<std::string_view>& known);
  [[noreturn]] void fail_at(int column, std::string message) const;

 private:
  void skip_blanks();

  std::string_view text_;
  const std::string* file_;
  int line_;
  std::size_t at_ = 0;
};

}  // namespace inf::isa
