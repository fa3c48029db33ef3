#pragma once
#include <cstdint>
#include <string>

namespace inf::workflow::sweep {

inline constexpr std::int32_t kStoreApplication = 0x696e7377;  ///< "insw": PRAGMA application_id
inline constexpr int kStoreVersion = 1;                        ///< of the tables: PRAGMA user_version

/// Statements that make an empty database.
std::string store_schema();

/// The bytes of an empty database.
std::string empty_store();

}  // namespace inf::workflow::sweep
