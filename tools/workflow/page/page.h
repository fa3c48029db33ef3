#pragma once
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace inf::workflow {

/// What a page is made of: a mark such as "@DATA@" and the text that stands in its place.
using PagePart = std::pair<std::string_view, std::string_view>;

/// `page` with every mark replaced; marks inside of the parts stay what they are.
std::string fill_page(std::string_view page, std::initializer_list<PagePart> parts);

/// JSON that may stand in a <script>, whatever its texts are: '<' only occurs in texts, where it is written \u003c.
std::string inside_script(std::string_view json);

/// "data:image/png;base64,..." of the bytes of a PNG file.
std::string png_uri(std::string_view png);

}  // namespace inf::workflow
