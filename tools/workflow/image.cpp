#include "tools/workflow/image.h"

#include <fmt/format.h>

#include <fstream>
#include <iterator>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <string_view>

#include "isa/base/error.h"

namespace inf::workflow {
namespace {

constexpr int kMinSide = 2, kMaxSide = 32768;

std::vector<char> read_all(const std::filesystem::path& file) {
  std::error_code error;
  if (std::filesystem::is_directory(file, error))
    throw Error(ErrorKind::import, file.string(), "is a folder; give an image file");
  if (!std::filesystem::is_regular_file(file, error)) {
    throw Error(ErrorKind::import, file.string(), "there is no such image file",
                {"check the path; paths in a workload file are relative to it"});
  }
  std::ifstream in(file, std::ios::binary);
  if (!in) throw Error(ErrorKind::import, file.string(), "cannot read this image file", {"check its permissions"});
  return {std::istreambuf_iterator<char>(in), {}};
}

// The decoder would make a picture of what is there, with the rest black.
bool is_cut_off_png(const std::vector<char>& bytes) {
  constexpr std::string_view kSignature = "\x89PNG", kEnd = "IEND\xae\x42\x60\x82";
  const std::string_view text(bytes.data(), bytes.size());
  return text.starts_with(kSignature) && text.find(kEnd) == std::string_view::npos;
}

}  // namespace

Image read_image(const std::filesystem::path& file) {
  const std::vector<char> bytes = read_all(file);
  if (bytes.empty())
    throw Error(ErrorKind::import, file.string(), "the image file is empty (0 bytes)", {"copy it again"});
  if (is_cut_off_png(bytes)) {
    throw Error(ErrorKind::import, file.string(),
                fmt::format("the PNG file is cut off: its end is not among its {} bytes", bytes.size()),
                {"copy it again"});
  }
  cv::Mat bgr;
  try {
    bgr = cv::imdecode(cv::Mat(1, static_cast<int>(bytes.size()), CV_8U, const_cast<char*>(bytes.data())),
                       cv::IMREAD_COLOR);
  } catch (const cv::Exception&) {
    bgr.release();
  }
  if (bgr.empty()) {
    throw Error(ErrorKind::import, file.string(),
                fmt::format("is not an image: none of its {} bytes decode", bytes.size()),
                {"give a PNG, JPEG, TIFF, BMP or WebP file that was written whole"});
  }
  if (bgr.cols < kMinSide || bgr.rows < kMinSide || bgr.cols > kMaxSide || bgr.rows > kMaxSide) {
    throw Error(ErrorKind::import, file.string(),
                fmt::format("the image is {}x{} pixels (width x height); {}..{} are accepted on each side", bgr.cols,
                            bgr.rows, kMinSide, kMaxSide),
                {"scan or crop it to a size that can hold text"});
  }
  Image image{bgr.cols, bgr.rows, std::vector<std::uint8_t>(bgr.total() * 3)};
  cv::Mat rgb(image.height, image.width, CV_8UC3, image.rgb.data());
  cv::cvtColor(bgr, rgb, cv::COLOR_BGR2RGB);
  return image;
}

std::string encode_png(const Image& image) {
  const cv::Mat rgb(image.height, image.width, CV_8UC3, const_cast<std::uint8_t*>(image.rgb.data()));
  cv::Mat bgr;
  cv::cvtColor(rgb, bgr, cv::COLOR_RGB2BGR);
  std::vector<uchar> bytes;
  if (!cv::imencode(".png", bgr, bytes, {cv::IMWRITE_PNG_COMPRESSION, 6})) {
    throw Error(ErrorKind::internal, "encode_png",
                fmt::format("a {}x{} picture did not encode", image.width, image.height));
  }
  return {bytes.begin(), bytes.end()};
}

}  // namespace inf::workflow
