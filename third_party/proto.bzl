"""Protocol buffers with the distribution's protoc."""

load("@rules_cc//cc:defs.bzl", "cc_library")

def cc_proto(name, src, visibility = None):
    """A cc_library `name` of the C++ that protoc makes of `src`, a .proto file.

    The header is included by its path from the workspace's root.
    """
    stem = src[:-len(".proto")]
    native.genrule(
        name = name + "_generate",
        srcs = [src],
        outs = [
            stem + ".pb.h",
            stem + ".pb.cc",
        ],
        cmd = "protoc --proto_path=. --cpp_out=$(GENDIR) $(SRCS)",
        visibility = ["//visibility:private"],
    )
    cc_library(
        name = name,
        srcs = [stem + ".pb.cc"],
        hdrs = [stem + ".pb.h"],
        # Generated code does not follow our warnings.
        copts = ["-Wno-error"],
        visibility = visibility,
        deps = ["//third_party:protobuf"],
    )
