// SPDX-License-Identifier: Apache-2.0
//
// The primitive encoding of MM2's records (Kafka's protocol types without tags
// or flexible lengths): big-endian integers and STRING = int16 byte length and
// that many bytes, one after the other.
//
//   WireWriter writer;
//   writer.PutString("orders");
//   writer.PutInt32(3);
//   absl::StatusOr<std::string> key = std::move(writer).Finish();
//
//   WireReader reader("offset sync key", *key);
//   if (!reader.ReadString(&topic) || !reader.ReadInt32(&partition)) {
//     return reader.status();
//   }

#ifndef MIRROR_MODEL_WIRE_H_
#define MIRROR_MODEL_WIRE_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace mirror::internal {

// The most bytes a STRING can hold.
inline constexpr size_t kMaxWireString = 32767;

// Appends fields to one record key or value. Not thread-safe.
class WireWriter {
 public:
  // Most records fit; growing in steps costs more than all else together.
  WireWriter() { bytes_.reserve(64); }

  void PutInt16(int16_t value);
  void PutInt32(int32_t value);
  void PutInt64(int64_t value);
  // Text over kMaxWireString bytes makes Finish() fail.
  void PutString(absl::string_view text);

  // The bytes written. InvalidArgument if a string was too long.
  absl::StatusOr<std::string> Finish() &&;

 private:
  std::string bytes_;
  size_t too_long_ = 0;  // length of the first string that did not fit
};

// Reads fields off bytes it does not trust; allocates nothing unless it fails.
// After a failed read status() says what was missing, and further reads fail
// too. Bytes after the last field are the caller's to ignore, as in MM2. The
// bytes must outlive the reader and every string_view read. Not thread-safe.
class WireReader {
 public:
  // `what` names the bytes in error messages: "offset sync key".
  WireReader(absl::string_view what, absl::string_view bytes)
      : what_(what), bytes_(bytes) {}

  bool ReadInt16(int16_t* value);
  bool ReadInt32(int32_t* value);
  bool ReadInt64(int64_t* value);
  bool ReadString(absl::string_view* text);
  // An int32 or int64 that Kafka never leaves negative: a partition, an offset.
  bool ReadPartition(int32_t* value);
  bool ReadOffset(int64_t* value);
  // The int16 version that some values start with; only 0 exists so far.
  bool ReadVersion0();

  // OK, or InvalidArgument that names the bytes and what is wrong with them, or
  // Unimplemented: a version that this library does not know.
  const absl::Status& status() const { return status_; }

 private:
  // The next `size` bytes, or null and a failed status.
  const char* Take(size_t size);
  bool Refuse(absl::string_view problem, int64_t value);

  const absl::string_view what_;
  const absl::string_view bytes_;
  size_t position_ = 0;
  absl::Status status_;
};

}  // namespace mirror::internal

#endif  // MIRROR_MODEL_WIRE_H_
