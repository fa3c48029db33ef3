// Renders the pictures that PARSeq's workloads read: one word, and a page of shelf labels, in the project's dot-matrix
// font. Usage: render_words FOLDER, which gets word.png and labels.png.
#include <cstdio>
#include <opencv2/imgcodecs.hpp>
#include <string>

#include "workloads/words/font.h"
#include "workloads/words/render.h"

namespace {

using inf::workloads::Grey;
using inf::workloads::WordStyle;

constexpr int kPageWidth = 720, kPageHeight = 480;

bool write(const std::string& file, Grey picture) {
  const cv::Mat grey(picture.height, picture.width, CV_8U, picture.pixels.data());
  return cv::imwrite(file, grey, {cv::IMWRITE_PNG_COMPRESSION, 9});
}

Grey word() {
  const WordStyle style{.weight = 0.25F, .slant = 0.04F, .ink = 35, .paper = 232, .blur = 0.3F, .noise = 3};
  Grey picture = blank(240, 45, style);
  draw_text(picture, "Northern", {0, 0, 30, 45}, style);
  add_noise(picture, style);
  return picture;
}

// Eight characters each, so that a box around a label is eight cells wide.
Grey labels() {
  struct Label {
    const char* text;
    int x, y;
    float dot;  // pixels
  };
  const Label labels[] = {{"PLATFORM", 48, 40, 2.75F},  {"GATE012A", 292, 44, 2.5F},  {"DECEMBER", 500, 42, 2.25F},
                          {"19:45:30", 52, 130, 2.5F},  {"TERMINUS", 284, 134, 2.5F}, {"ABCD4712", 510, 128, 2.75F},
                          {"MOUNTAIN", 60, 224, 2.5F},  {"HARBOUR7", 296, 222, 2.5F}, {"SCHEDULE", 496, 220, 2.5F},
                          {"WORKSHOP", 44, 310, 2.75F}, {"KEYBOARD", 292, 318, 2.5F}, {"ELEPHANT", 504, 314, 2.5F},
                          {"C0FFEE88", 56, 402, 2.5F},  {"QUANTITY", 286, 400, 2.75F}};
  const WordStyle style{.weight = 0.3F, .ink = 40, .paper = 234, .blur = 0.4F, .noise = 2};
  Grey page = blank(kPageWidth, kPageHeight, style);
  for (const Label& label : labels)
    draw_text(page, label.text,
              {static_cast<float>(label.x), static_cast<float>(label.y), label.dot * inf::workloads::kCellWidth,
               label.dot * inf::workloads::kCellHeight},
              style);
  add_noise(page, style);
  return page;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: render_words FOLDER\n");
    return 2;
  }
  const std::string folder = argv[1];
  return write(folder + "/word.png", word()) && write(folder + "/labels.png", labels()) ? 0 : 2;
}
