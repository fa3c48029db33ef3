#include "tools/workflow/page/page.h"

#include <cstdint>

namespace inf::workflow {

std::string fill_page(std::string_view page, std::initializer_list<PagePart> parts) {
  std::string filled;
  while (true) {
    std::size_t first = std::string_view::npos;
    PagePart next;
    for (const PagePart& part : parts) {
      const std::size_t found = page.find(part.first);
      if (found < first) first = found, next = part;
    }
    if (first == std::string_view::npos) return filled.append(page);
    filled.append(page.substr(0, first)).append(next.second);
    page.remove_prefix(first + next.first.size());
  }
}

std::string inside_script(std::string_view json) {
  std::string text;
  text.reserve(json.size());
  for (const char c : json) {
    if (c == '<')
      text += "\\u003c";
    else
      text += c;
  }
  return text;
}

std::string png_uri(std::string_view png) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  constexpr std::size_t kGroup = 3;  // bytes that become four digits
  std::string text = "data:image/png;base64,";
  for (std::size_t i = 0; i < png.size(); i += kGroup) {
    std::uint32_t bits = 0;
    for (std::size_t k = 0; k < kGroup; ++k)
      bits = bits << 8 | (i + k < png.size() ? static_cast<std::uint8_t>(png[i + k]) : 0U);
    for (std::size_t k = 0; k <= kGroup; ++k) text += i + k > png.size() ? '=' : kDigits[bits >> (18 - 6 * k) & 63U];
  }
  return text;
}

}  // namespace inf::workflow
