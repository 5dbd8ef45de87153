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
  static auto* const words = new std::vector<std::string>;
  static auto* const pointers = new std::vector<char*>;
  // The first folder named is the one that libFuzzer writes to.
  *words = {(*argv)[0], scratch,
            std::string("-artifact_prefix=") + outputs + "/"};
  words->insert(words->end(), *argv + 1, *argv + *argc);
  for (std::string& word : *words) pointers->push_back(word.data());
  pointers->push_back(nullptr);
  *argc = static_cast<int>(words->size());
  *argv = pointers->data();
  return 0;
}
