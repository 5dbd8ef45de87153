// SPDX-License-Identifier: Apache-2.0
//
// MirrorMaker 2's dedicated mode as a function: the main() of a daemon that
// runs an mm2.properties file, or the files of connectors. Answers to MM2's
// class MirrorMaker.
//
//   int main(int argc, char** argv) {
//     mirror::PluginRegistry plugins;
//     plugins.Add<MyPolicy>("com.acme.MyPolicy");
//     return mirror::MirrorMakerMain(argc, argv, plugins);
//   }
//
// docs/mirror_maker.md describes the command line, signals and exit codes.

#ifndef MIRROR_DAEMON_MIRROR_MAKER_MAIN_H_
#define MIRROR_DAEMON_MIRROR_MAKER_MAIN_H_

#include "mirror/config/plugin_registry.h"

namespace mirror {

// Parses the command line, runs the flows of the file until SIGTERM or SIGINT,
// and returns the exit code of the process: 0 stopped, checked or printed; 2
// wrong arguments or configuration; 3 could not start, or a cluster does not
// answer. Errors are logged to standard error. `plugins` has the classes that
// the file may name.
//
// Thread safety: call it once, from main(), before any thread is started: it
// blocks SIGTERM, SIGINT and SIGUSR1 for the process and ignores SIGPIPE.
int MirrorMakerMain(int argc, char** argv,
                    const PluginRegistry& plugins = PluginRegistry());

}  // namespace mirror

#endif  // MIRROR_DAEMON_MIRROR_MAKER_MAIN_H_
