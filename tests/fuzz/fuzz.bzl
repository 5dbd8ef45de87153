"""Fuzz targets: libFuzzer under --config=fuzz, otherwise a test that replays the corpus."""

load("@rules_cc//cc:defs.bzl", "cc_test")

def fuzz_test(name, deps):
    """A fuzz target in NAME.cc, which defines LLVMFuzzerTestOneInput.

    Its corpus is the folder corpus/NAME: small seeds, and every input that once made it fail.

    Args:
      name: ends in _fuzz.
      deps: what NAME.cc includes.
    """
    corpus = native.glob(["corpus/%s/*" % name])
    if not corpus:
        fail("corpus/%s needs at least one seed" % name)
    cc_test(
        name = name,
        size = "small",
        srcs = [name + ".cc"],
        args = ["tests/fuzz/corpus/" + name],
        data = corpus,
        linkopts = select({
            ":fuzzing": ["-fsanitize=fuzzer"],
            "//conditions:default": [],
        }),
        tags = ["fuzz"],
        deps = deps + select({
            ":fuzzing": [":libfuzzer_init"],
            "//conditions:default": [":replay_main"],
        }),
    )
