"""Protocol buffers with the distribution's protoc."""

load("@rules_cc//cc:defs.bzl", "cc_library")

def cc_proto(name, src, visibility = None):
    """A cc_library `name` of the C++ that protoc makes of `src`, a .proto file.

    The header is included by its path from the workspace's root.

    Args:
      name: of the library.
      src: the file, in the same folder.
      visibility: of the library.
    """
    stem = src[:-len(".proto")]

    # Where this workspace lies when a host names it as an external one.
    root = native.repository_name()[1:] and "external/" + native.repository_name()[1:]
    native.genrule(
        name = name + "_generate",
        srcs = [src],
        outs = [
            stem + ".pb.h",
            stem + ".pb.cc",
        ],
        cmd = "protoc --proto_path=%s --cpp_out=$(GENDIR)/%s $(SRCS)" % (root or ".", root),
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
