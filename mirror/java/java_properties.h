// SPDX-License-Identifier: Apache-2.0
//
// The Java .properties syntax, in full: what java.util.Properties accepts,
// an mm2.properties file may contain.
//
//   auto properties = JavaProperties::Parse("clusters = A, B\n",
//   "mm2.properties"); for (const Property& p : properties->entries())
//   Use(p.key, p.value, p.line);
//
// Encoding: valid UTF-8 is taken as UTF-8, anything else as ISO-8859-1. Java
// reads ISO-8859-1 always and so garbles UTF-8; text beyond ASCII that must
// mean the same to both is best written as \uXXXX.

#ifndef MIRROR_JAVA_JAVA_PROPERTIES_H_
#define MIRROR_JAVA_JAVA_PROPERTIES_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace mirror::internal {

// One property; `line` is where it begins, counted from 1.
struct Property {
  std::string key;
  std::string value;
  int line = 0;
  bool malformed = false;  // the value could not be read; only in ParseAll()
};

// A parsed file: each key once, in the order of the lines that count.
//
// Thread safety: immutable once parsed.
// Errors: name file and line, and never quote the text, which may be a secret.
class JavaProperties {
 public:
  // A key written more than once. As in Java the last one counts.
  struct Duplicate {
    std::string key;
    int ignored_line = 0;
    int used_line = 0;
  };

  // InvalidArgument for a malformed \uXXXX, half a surrogate pair, or a NUL
  // character. Everything else is a valid properties file.
  static absl::StatusOr<JavaProperties> Parse(absl::string_view text,
                                              absl::string_view file);

  // The same, but reads on after a mistake and adds one message for each to
  // `errors`. A property whose value is malformed is among the entries.
  static JavaProperties ParseAll(absl::string_view text, absl::string_view file,
                                 std::vector<std::string>* errors);

  const std::string& file() const { return file_; }
  const std::vector<Property>& entries() const { return entries_; }
  const std::vector<Duplicate>& duplicates() const { return duplicates_; }

  // The value of `key`, or null. Linear: meant for small files.
  const std::string* Find(absl::string_view key) const;

 private:
  std::string file_;
  std::vector<Property> entries_;
  std::vector<Duplicate> duplicates_;
};

// One line of a file, `key = value`, which Parse() reads as that.
std::string FormatProperty(absl::string_view key, absl::string_view value);

}  // namespace mirror::internal

#endif  // MIRROR_JAVA_JAVA_PROPERTIES_H_
