// SPDX-License-Identifier: Apache-2.0
//
// Offsets of the two sides of a flow as two types, so that the compiler refuses
// to mix them. MM2 calls them upstream (source) and downstream (target)
// offsets.
//
//   UpstreamOffset u(1000);
//   DownstreamOffset d(998);
//   u < d;        // does not compile
//   u + 1;        // UpstreamOffset(1001)
//   u - other_u;  // int64_t

#ifndef MIRROR_MODEL_OFFSET_H_
#define MIRROR_MODEL_OFFSET_H_

#include <cstdint>
#include <ostream>
#include <string>
#include <utility>

namespace mirror {

// A position in one partition's log. A value type; thread-compatible.
// Arithmetic does not check for overflow: Kafka's offsets are non-negative and
// far below the limit.
template <typename Side>
class Offset {
 public:
  constexpr Offset() = default;
  constexpr explicit Offset(int64_t value) : value_(value) {}

  constexpr int64_t value() const { return value_; }

  Offset& operator+=(int64_t count) {
    value_ += count;
    return *this;
  }
  Offset& operator++() { return *this += 1; }

  friend constexpr Offset operator+(Offset offset, int64_t count) {
    return Offset(offset.value_ + count);
  }
  friend constexpr Offset operator-(Offset offset, int64_t count) {
    return Offset(offset.value_ - count);
  }
  friend constexpr int64_t operator-(Offset a, Offset b) {
    return a.value_ - b.value_;
  }
  friend constexpr bool operator==(Offset a, Offset b) {
    return a.value_ == b.value_;
  }
  friend constexpr bool operator!=(Offset a, Offset b) {
    return a.value_ != b.value_;
  }
  friend constexpr bool operator<(Offset a, Offset b) {
    return a.value_ < b.value_;
  }
  friend constexpr bool operator<=(Offset a, Offset b) {
    return a.value_ <= b.value_;
  }
  friend constexpr bool operator>(Offset a, Offset b) {
    return a.value_ > b.value_;
  }
  friend constexpr bool operator>=(Offset a, Offset b) {
    return a.value_ >= b.value_;
  }

  template <typename H>
  friend H AbslHashValue(H h, Offset offset) {
    return H::combine(std::move(h), offset.value_);
  }
  friend std::ostream& operator<<(std::ostream& os, Offset offset) {
    return os << offset.value_;
  }

 private:
  int64_t value_ = 0;
};

// An offset in the source cluster's log.
using UpstreamOffset = Offset<struct UpstreamSide>;
// An offset in the target cluster's log.
using DownstreamOffset = Offset<struct DownstreamSide>;

}  // namespace mirror

#endif  // MIRROR_MODEL_OFFSET_H_
