#include "isa/program/constant_data.h"

#include <doctest/doctest.h>

#include "isa/base/error.h"

using namespace inf;
using isa::ConstantData;

TEST_CASE("A constant's bytes are made when somebody reads them, once for all copies") {
  int made = 0;
  const ConstantData data(3, [&made] {
    ++made;
    return ConstantData::Bytes(3, std::byte{7});
  });
  const ConstantData copy = data;
  CHECK(copy.size() == 3);
  CHECK(made == 0);
  CHECK(copy.bytes() == ConstantData::Bytes(3, std::byte{7}));
  CHECK(&data.bytes() == &copy.bytes());
  CHECK(made == 1);
}

TEST_CASE("Bytes that are there stay where they are; without any there is no constant") {
  const auto bytes = std::make_shared<const ConstantData::Bytes>(2, std::byte{1});
  const ConstantData data = bytes;
  CHECK(&data.bytes() == bytes.get());
  CHECK(data.size() == 2);
  CHECK(data);
  CHECK_FALSE(ConstantData());
  CHECK_FALSE(ConstantData(std::shared_ptr<const ConstantData::Bytes>()));
}

TEST_CASE("A maker of the wrong number of bytes is found out") {
  const ConstantData data(3, [] { return ConstantData::Bytes(2); });
  CHECK_THROWS_AS(data.bytes(), Error);
}
