#include "tools/workflow/atomic_file.h"

#include <fstream>

#include "isa/base/error.h"

namespace inf::workflow {

void write_file_atomically(const std::filesystem::path& path, std::string_view bytes) {
  const std::filesystem::path part = path.string() + ".part";
  bool written = false;
  {
    std::ofstream out(part, std::ios::binary | std::ios::trunc);
    written = out && out.write(bytes.data(), static_cast<std::streamsize>(bytes.size())) && out.flush();
  }
  std::error_code error;
  if (written) std::filesystem::rename(part, path, error);
  if (!written || error) {
    std::error_code ignored;
    std::filesystem::remove(part, ignored);
    throw Error(ErrorKind::usage, path.string(), "cannot be written",
                {"check that its folder exists, is writable and has room"});
  }
}

}  // namespace inf::workflow
