#include "tools/workflow/run_cache.h"

#include <fmt/core.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "isa/base/atomic_file.h"
#include "isa/base/error.h"
#include "tools/workflow/content_key.h"

namespace inf::workflow {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view kHead = "inf-sim run ";

std::string checksum(const std::string& text) {
  ContentKey key;
  key.add(text);
  return key.text();
}

}  // namespace

RunCache::RunCache(const std::optional<fs::path>& folder) : folder_(folder) {
  if (!folder_) return;
  const std::vector<std::string> ways_out = {"give another folder with --cache, or --no-cache"};
  std::error_code error;
  fs::create_directories(*folder_, error);
  if (error)
    throw Error(ErrorKind::usage, folder_->string(), "the cache folder cannot be made: " + error.message(), ways_out);
  try {
    check_writable(*folder_ / "probe");
  } catch (const Error& refused) {
    throw Error(ErrorKind::usage, folder_->string(), "the cache folder " + refused.message(), ways_out);
  }
}

fs::path RunCache::file_of(const std::string& key) const { return *folder_ / (key + ".run"); }

std::optional<std::string> RunCache::find(const std::string& key) {
  if (!folder_) return std::nullopt;
  std::ifstream in(file_of(key), std::ios::binary);
  if (!in) return std::nullopt;
  std::string head, text;
  std::getline(in, head);
  text.assign(std::istreambuf_iterator<char>(in), {});
  if (in.bad() || head != std::string(kHead) + checksum(text)) {
    refuse(key);
    return std::nullopt;
  }
  ++found_;
  return text;
}

void RunCache::refuse(const std::string& key) {
  notes_.push_back(fmt::format("{}: a damaged cache entry; computed again", file_of(key).string()));
}

void RunCache::store(const std::string& key, const std::string& text) {
  if (!folder_) return;
  write_file_atomically(file_of(key), fmt::format("{}{}\n{}", kHead, checksum(text), text));
  ++stored_;
}

std::optional<fs::path> default_cache_folder() {
  if (const char* cache = std::getenv("XDG_CACHE_HOME"); cache != nullptr && *cache != '\0')
    return fs::path(cache) / "inf-sim";
  if (const char* home = std::getenv("HOME"); home != nullptr && *home != '\0')
    return fs::path(home) / ".cache" / "inf-sim";
  return std::nullopt;
}

}  // namespace inf::workflow
