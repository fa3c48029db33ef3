// Renders the page that CRAFT's workload reads: a bakery's delivery note as a scanner would see it. All text and layout
// are this project's own. Usage: render_page FONT_FOLDER OUT.png, where FONT_FOLDER holds the DejaVu TrueType fonts.
#include <cmath>
#include <cstdio>
#include <opencv2/freetype.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <sstream>
#include <string>
#include <vector>

namespace {

constexpr int kWidth = 760, kHeight = 960, kMargin = 64;
const cv::Scalar kPaper(226, 237, 241), kInk(38, 34, 32), kRule(70, 66, 62);  // BGR

struct Font {
  cv::Ptr<cv::freetype::FreeType2> face = cv::freetype::createFreeType2();
  explicit Font(const std::string& file) { face->loadFontData(file, 0); }

  int width(const std::string& text, int size) const {
    int baseline = 0;
    return face->getTextSize(text, size, -1, &baseline).width;
  }
  void draw(cv::Mat& page, const std::string& text, int x, int baseline, int size, const cv::Scalar& ink = kInk) const {
    face->putText(page, text, {x, baseline}, size, ink, -1, cv::LINE_AA, true);
  }
};

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

// One line, word by word with a fixed gap; returns the x after its last word.
int draw_line(cv::Mat& page, const Font& font, const std::string& text, int x, int baseline, int size, int gap) {
  for (const std::string& word : words_of(text)) {
    font.draw(page, word, x, baseline, size);
    x += font.width(word, size) + gap;
  }
  return x - gap;
}

// A justified paragraph (its last line is ragged); returns the baseline after it.
int draw_paragraph(cv::Mat& page, const Font& font, const std::string& text, int baseline, int size, int min_gap) {
  const int room = kWidth - 2 * kMargin;
  std::vector<std::string> line;
  int used = 0;
  const auto flush = [&](bool last) {
    const int gaps = static_cast<int>(line.size()) - 1;
    int x = kMargin, spare = last ? 0 : room - used;
    for (int i = 0; i <= gaps; ++i) {
      font.draw(page, line[static_cast<std::size_t>(i)], x, baseline, size);
      const int extra = i < gaps ? spare / (gaps - i) : 0;
      spare -= extra;
      x += font.width(line[static_cast<std::size_t>(i)], size) + min_gap + extra;
    }
    baseline += size * 8 / 5;
    line.clear();
    used = 0;
  };
  for (const std::string& word : words_of(text)) {
    const int width = font.width(word, size);
    if (!line.empty() && used + min_gap + width > room) flush(false);
    used += width + (line.empty() ? 0 : min_gap);
    line.push_back(word);
  }
  flush(true);
  return baseline;
}

void draw_right(cv::Mat& page, const Font& font, const std::string& text, int right, int baseline, int size) {
  font.draw(page, text, right - font.width(text, size), baseline, size);
}

// The table of goods, with thin rules above, below and under its head; returns the baseline after it.
int draw_table(cv::Mat& page, const Font& plain, const Font& bold, int top) {
  struct Row {
    const char *item, *count, *price, *sum;
  };
  const Row rows[] = {{"Rye loaf", "12", "3.40", "40.80"},
                      {"Walnut bread", "6", "4.75", "28.50"},
                      {"Cinnamon roll", "30", "1.90", "57.00"},
                      {"Oat biscuit", "48", "0.85", "40.80"}};
  const int size = 20, step = 36, x0 = kMargin + 8, x1 = 440, x2 = 560, x3 = kWidth - kMargin - 8;
  const auto rule = [&](int y) { cv::line(page, {kMargin, y}, {kWidth - kMargin, y}, kRule, 1, cv::LINE_AA); };
  rule(top);
  bold.draw(page, "Item", x0, top + 26, size);
  draw_right(page, bold, "Count", x1, top + 26, size);
  draw_right(page, bold, "Price", x2, top + 26, size);
  draw_right(page, bold, "Sum", x3, top + 26, size);
  rule(top + 38);
  int baseline = top + 38 + 28;
  for (const Row& row : rows) {
    draw_line(page, plain, row.item, x0, baseline, size, 11);
    draw_right(page, plain, row.count, x1, baseline, size);
    draw_right(page, plain, row.price, x2, baseline, size);
    draw_right(page, plain, row.sum, x3, baseline, size);
    baseline += step;
  }
  rule(baseline - 20);
  bold.draw(page, "Total", x0, baseline + 10, 24);
  draw_right(page, bold, "167.10", x3, baseline + 10, 24);
  return baseline + 60;
}

// What a scanner adds: a slow fall of light towards one corner and a slight softness.
void scan(cv::Mat& page) {
  for (int y = 0; y < page.rows; ++y) {
    for (int x = 0; x < page.cols; ++x) {
      const int shade = (x * 5 / page.cols) + (y * 6 / page.rows);
      for (int c = 0; c < 3; ++c)
        page.at<cv::Vec3b>(y, x)[c] = cv::saturate_cast<uchar>(page.at<cv::Vec3b>(y, x)[c] - shade);
    }
  }
  cv::GaussianBlur(page, page, {3, 3}, 0.55);
}

cv::Mat render(const std::string& fonts) {
  const Font serif(fonts + "/DejaVuSerif.ttf"), serif_bold(fonts + "/DejaVuSerif-Bold.ttf");
  const Font sans(fonts + "/DejaVuSans.ttf"), sans_bold(fonts + "/DejaVuSans-Bold.ttf");
  cv::Mat page(kHeight, kWidth, CV_8UC3, kPaper);
  // A dark mark as a letterhead has one: no text, and must not be taken for it.
  cv::ellipse(page, {kWidth - kMargin - 44, 92}, {44, 44}, 0, 0, 360, kInk, -1, cv::LINE_AA);
  draw_line(page, serif_bold, "Harbour Bakery", kMargin, 96, 38, 20);
  draw_line(page, sans, "14 Quay Street, Northport", kMargin, 136, 18, 11);
  cv::line(page, {kMargin, 160}, {kWidth - kMargin, 160}, kRule, 2, cv::LINE_AA);

  draw_line(page, sans_bold, "DELIVERY NOTE 2071", kMargin, 206, 26, 16);
  draw_right(page, sans, "May", kWidth - kMargin, 206, 20);
  draw_right(page, sans, "9", kWidth - kMargin - sans.width("May", 20) - 11, 206, 20);
  int y = draw_paragraph(
      page, serif,
      "Dear Ms Larsen, the goods listed below left our oven this morning and were packed while still warm. "
      "Please check the crates on arrival and sign one copy for the driver.",
      252, 20, 10);
  y = draw_paragraph(
      page, serif,
      "Rye keeps for five days in a dry cupboard; rolls are best on the day they are made. Empty crates go back "
      "with the next van.",
      y + 14, 20, 10);
  y = draw_table(page, sans, sans_bold, y + 6);
  draw_paragraph(page, serif, "Payment within thirty days, thank you for buying bread from people you know.", y, 18, 9);
  draw_line(page, serif, "Received by", kMargin, 900, 20, 10);
  cv::line(page, {kMargin + 150, 902}, {kWidth - kMargin, 902}, kRule, 1, cv::LINE_AA);
  scan(page);
  return page;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: render_page FONT_FOLDER OUT.png\n");
    return 2;
  }
  try {
    return cv::imwrite(argv[2], render(argv[1]), {cv::IMWRITE_PNG_COMPRESSION, 9}) ? 0 : 2;
  } catch (const cv::Exception& error) {
    std::fprintf(stderr, "render_page: %s\n", error.what());
    return 2;
  }
}
