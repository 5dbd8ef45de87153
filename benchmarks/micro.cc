// SPDX-License-Identifier: Apache-2.0
//
// Runs every *_benchmark.cc linked in; pick some with --benchmark_filter=REGEX.

#include "benchmark/benchmark.h"

BENCHMARK_MAIN();
