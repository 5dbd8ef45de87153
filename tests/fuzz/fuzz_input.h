// SPDX-License-Identifier: Apache-2.0
//
// Cuts the bytes that a fuzz target is given into the arguments it needs. A
// string is one length byte and that many bytes, so seeds are easy to write.
//
//   FuzzInput input(data, size);
//   const std::string key = input.TakeString();
//   const std::string value = input.TakeRest();

#ifndef TESTS_FUZZ_FUZZ_INPUT_H_
#define TESTS_FUZZ_FUZZ_INPUT_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

// Ends the process, which is a finding, unless `condition` holds.
#define FUZZ_CHECK(condition)                                              \
  do {                                                                     \
    if (!(condition)) {                                                    \
      std::fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
      std::abort();                                                        \
    }                                                                      \
  } while (false)

namespace mirror {

// Never fails: what the input is too short for is zero or empty. Strings are
// copies of their exact size, so that the address sanitizer sees an overrun.
class FuzzInput {
 public:
  FuzzInput(const uint8_t* data, size_t size)
      : bytes_(reinterpret_cast<const char*>(data), size) {}

  uint8_t TakeByte() {
    const std::string byte = Take(1);
    return byte.empty() ? 0 : static_cast<uint8_t>(byte[0]);
  }
  int64_t TakeInt64() {
    uint64_t value = 0;
    for (int i = 0; i < 8; ++i) value = value << 8 | TakeByte();
    return static_cast<int64_t>(value);
  }
  std::string TakeString() { return Take(TakeByte()); }
  std::string TakeRest() { return Take(bytes_.size()); }
  bool empty() const { return position_ == bytes_.size(); }

 private:
  std::string Take(size_t size) {
    const std::string taken = bytes_.substr(position_, size);
    position_ += taken.size();
    return taken;
  }

  const std::string bytes_;
  size_t position_ = 0;
};

}  // namespace mirror

#endif  // TESTS_FUZZ_FUZZ_INPUT_H_
