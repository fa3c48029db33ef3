#include <doctest/doctest.h>

#include "isa/base/atomic_file.h"
#include "tests/workloads/files.h"
#include "tools/workflow/image.h"

using namespace inf;
using namespace inf::workflow;

TEST_CASE("a PNG comes back as it was written") {
  const test::ScratchFolder folder("image_round_trip");
  Image image{3, 2, {}};
  for (int i = 0; i < 18; ++i) image.rgb.push_back(static_cast<std::uint8_t>(i * 13));
  write_file_atomically(folder / "a.png", encode_png(image));
  CHECK(read_image(folder / "a.png") == image);
  CHECK(encode_png(image) == encode_png(image));
  CHECK_FALSE(std::filesystem::exists(folder / "a.png.part"));
}

TEST_CASE("files that are no usable image") {
  const test::ScratchFolder folder("image_broken");
  const std::string whole = encode_png({40, 40, std::vector<std::uint8_t>(4800, 77)});
  const std::string dot = encode_png({1, 1, {1, 2, 3}}), line = encode_png({40, 1, std::vector<std::uint8_t>(120, 9)});
  folder.write("empty.png", "");
  folder.write("text.png", "this is not a picture");
  folder.write("head.png", whole.substr(0, 20));
  folder.write("tail.png", whole.substr(0, whole.size() - 9));
  folder.write("dot.png", dot);
  folder.write("line.png", line);
  struct Row {
    const char* file;
    const char* want;
  };
  const Row rows[] = {
      {"none.png", "there is no such image file"},
      {".", "is a folder"},
      {"empty.png", "is empty (0 bytes)"},
      {"text.png", "is not an image"},
      {"head.png", "the PNG file is cut off"},
      {"tail.png", "the PNG file is cut off"},
      {"dot.png", "the image is 1x1 pixels (width x height); 2..32768 are accepted"},
      {"line.png", "the image is 40x1 pixels"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.file);
    const std::string error = test::error_of([&] { read_image(folder / row.file); });
    CHECK(error.find(row.want) != std::string::npos);
    CHECK(error.find(row.file) != std::string::npos);
  }
}

TEST_CASE("the page that ships with the project") {
  const Image page = read_image(INF_SOURCE_DIR "/workloads/images/page.png");
  CHECK(page.width == 760);
  CHECK(page.height == 960);
}
