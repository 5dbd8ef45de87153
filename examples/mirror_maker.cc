// SPDX-License-Identifier: Apache-2.0
//
// MirrorMaker 2's dedicated mode on this library: takes its properties file
// unchanged. See docs/mirror_maker.md; `mirror_maker --help` lists the options.

#include "mirror/daemon/mirror_maker_main.h"

int main(int argc, char** argv) { return mirror::MirrorMakerMain(argc, argv); }
