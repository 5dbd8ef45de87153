// SPDX-License-Identifier: Apache-2.0
//
// Under `bazel test --config=fuzz`: new inputs go to the test's scratch folder,
// so that the checked-in corpus stays as it is, and an input that crashes the
// target goes to the test's outputs (bazel-testlogs/.../test.outputs).

#include <cstdlib>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  const char* scratch = std::getenv("TEST_TMPDIR");
  const char* outputs = std::getenv("TEST_UNDECLARED_OUTPUTS_DIR");
  if (scratch == nullptr || outputs == nullptr) return 0;

  // libFuzzer keeps pointers into argv, so both live as long as the process.
  static auto* const kWords = new std::vector<std::string>;
  static auto* const kPointers = new std::vector<char*>;
  // The first folder named is the one that libFuzzer writes to.
  *kWords = {(*argv)[0], scratch,
             std::string("-artifact_prefix=") + outputs + "/"};
  kWords->insert(kWords->end(), *argv + 1, *argv + *argc);
  for (std::string& word : *kWords) kPointers->push_back(word.data());
  kPointers->push_back(nullptr);
  *argc = static_cast<int>(kWords->size());
  *argv = kPointers->data();
  return 0;
}
