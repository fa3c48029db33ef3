#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace inf::workflow::sweep {

/// Which file a key of a sweep belongs to.
enum class KeyFile : std::uint8_t { chip, instance, workload };

/// What stands behind a key.
enum class KeyType : std::uint8_t { whole, number, boolean, text, dtypes, wholes, texts };

/// One key that a sweep may vary or set: "chip.tensor.rows", "instance.vcpu", "instance.runtime.call_overhead_ns",
/// "compile.auto_cast", "workload.model.batch"; "chip" and "instance" for what the files themselves are. A path that
/// ends with ".*" stands for any name there: "workload.model.symbols.*".
struct Key {
  std::string path;
  KeyFile file = KeyFile::chip;
  std::string inner;  ///< the path inside its file: of arch::parameters(), size_parameters(), runtime_parameters() or
                      ///< workload_fields(); empty for "chip" and "instance"
  KeyType type = KeyType::whole;
  std::string unit;          ///< "-" for none
  double low = 0, high = 0;  ///< allowed range of a number; both 0: any
  std::string meaning;
};

/// Every key, in the order of the files: chip, instance, workload.
const std::vector<Key>& sweep_keys();

/// By its path or another spelling of it: "workload.compile.cores" is "compile.cores", "chip.chip.cores" is
/// "chip.cores", "workload.target.chip" is "chip". Null when there is no such key.
const Key* find_key(std::string_view path);

/// The one spelling of a known key: its path, with the name in place of a "*".
std::string canonical_path(std::string_view path);

/// Why `path` is no key, with the nearest one: "unknown key chip.tensor.row; did you mean 'chip.tensor.rows'?"
std::string unknown_key(std::string_view path);

/// "whole number", "number", "true or false", "text", "list"
const char* name(KeyType type);

}  // namespace inf::workflow::sweep
