"""Tests on real brokers."""

load("@rules_cc//cc:defs.bzl", "cc_test")

def broker_test(name, size = "medium", deps = [], **kwargs):
    """A test in NAME.cc that starts Kafka's brokers. Needs Java and KAFKA_JARS; see tests/support.

    It takes both cores: a broker is a process of its own, and time limits count for it too.

    Args:
      name: ends in _test.
      size: of its time limit, as of cc_test.
      deps: what NAME.cc includes. GoogleTest with its main() need not be named.
      **kwargs: as of cc_test.
    """
    cc_test(
        name = name,
        size = size,
        srcs = [name + ".cc"],
        tags = [
            "cpu:2",
            "requires-network",
        ],
        deps = deps + ["//third_party:gtest_main"],
        **kwargs
    )
