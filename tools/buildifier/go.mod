// Pins buildifier, the formatter of BUILD files, for tools/setup.
module mirror/tools/buildifier

go 1.16

require github.com/bazelbuild/buildtools v0.0.0-20230317132445-9c3c1fc0106e
