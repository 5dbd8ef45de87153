// SPDX-License-Identifier: Apache-2.0
//
// The steps of `tools/bench failover`; see there.
//
//   failover commit    --source=S --target=T [--alias=A]
//   failover await     --source=S --target=T --alias=A --quiet=SECONDS
//   failover compare   --source=S --target=T
//   failover translate --source=S --target=T
//
// A group's name is the part of each partition that it has read, in percent;
// behind "ALIAS-" if it came to stand there after the mirror's copies.

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "benchmarks/data_path.h"
#include "benchmarks/translate_calls.h"
#include "mirror/client/mirror_client.h"
#include "mirror/cluster/group_admin.h"

ABSL_FLAG(std::string, source, "", "bootstrap servers of the source");
ABSL_FLAG(std::string, target, "", "bootstrap servers of the target");
ABSL_FLAG(std::string, topic, "records", "the source topic");
ABSL_FLAG(int32_t, partitions, 8, "of the topic");
ABSL_FLAG(std::string, alias, "", "await and commit: the mirror, ours or mm2");
ABSL_FLAG(int, quiet, 10, "await: answers no longer change, in seconds");

namespace mirror::benchmark {
namespace {

constexpr int kPercents[] = {10, 50, 90, 99, 100};
constexpr char kOurs[] = "ours";
constexpr char kMm2[] = "mm2";
constexpr absl::Duration kPatience = absl::Minutes(5);
constexpr absl::Duration kTimeout = absl::Seconds(30);

// Of a group, by partition number.
using Positions = std::map<int32_t, int64_t>;

std::string GroupName(const std::string& after_copies_of, int percent) {
  return after_copies_of.empty() ? absl::StrCat(percent)
                                 : absl::StrCat(after_copies_of, "-", percent);
}

// Calls `ask` until the answer is OK.
absl::Status Await(absl::FunctionRef<absl::Status()> ask) {
  const absl::Time deadline = absl::Now() + kPatience;
  while (true) {
    absl::Status status = ask();
    if (status.ok() || absl::Now() >= deadline) return status;
    absl::SleepFor(absl::Milliseconds(500));
  }
}

// The position on the source of a group that has read `percent` of each
// partition. As copies are one to one, it should resume there on the target.
absl::StatusOr<Positions> TruePositions(Cluster* source, int percent) {
  const auto admin = source->NewAdmin("bench");
  if (!admin.ok()) return admin.status();
  std::vector<TopicPartition> partitions;
  for (int32_t i = 0; i < absl::GetFlag(FLAGS_partitions); ++i) {
    partitions.push_back({absl::GetFlag(FLAGS_topic), i});
  }
  const auto ends = (*admin)->ListOffsets(partitions, OffsetSpec::kLatest);
  Positions positions;
  for (size_t i = 0; i < ends.size(); ++i) {
    if (!ends[i].ok()) return ends[i].status();
    positions[partitions[i].partition] = *ends[i] * percent / 100;
  }
  return positions;
}

absl::Status CommitGroup(Cluster* source, GroupAdmin* admin, int percent) {
  const auto positions = TruePositions(source, percent);
  if (!positions.ok()) return positions.status();
  GroupOffsets offsets;
  for (const auto& [partition, position] : *positions) {
    offsets[{absl::GetFlag(FLAGS_topic), partition}] = {position, ""};
  }
  const auto results = admin->AlterGroupOffsets(
      GroupName(absl::GetFlag(FLAGS_alias), percent), offsets);
  if (!results.ok()) return results.status();
  for (const auto& [tp, status] : *results) {
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status Commit(Cluster* source) {
  const auto admin = source->NewGroupAdmin("bench");
  if (!admin.ok()) return admin.status();
  absl::Status status;
  for (const int percent : kPercents) {
    // A new broker has no group coordinator yet.
    status.Update(
        Await([&] { return CommitGroup(source, admin->get(), percent); }));
  }
  return status;
}

// Where a group resumes, as the mirror's own client answers.
absl::StatusOr<Positions> Ask(MirrorClient* client, const std::string& alias,
                              const std::string& group) {
  Positions positions;
  if (alias == kOurs) {
    const auto answers = client->TranslateOffsets(alias, group, kTimeout);
    if (!answers.ok()) return answers.status();
    for (const auto& [tp, position] : *answers) {
      positions[tp.partition] = position.offset.value();
    }
  } else {
    const auto answers = client->RemoteConsumerOffsets(alias, group, kTimeout);
    if (!answers.ok()) return answers.status();
    for (const auto& [tp, position] : *answers) {
      positions[tp.partition] = position.offset;
    }
  }
  const auto count = static_cast<size_t>(absl::GetFlag(FLAGS_partitions));
  if (positions.size() < count) {
    return absl::NotFoundError(absl::StrCat(alias, ": group ", group,
                                            ": checkpoints of ",
                                            positions.size(), " partitions"));
  }
  return positions;
}

absl::Status AwaitAnswers(MirrorClient* client) {
  const absl::Duration quiet = absl::Seconds(absl::GetFlag(FLAGS_quiet));
  const std::string alias = absl::GetFlag(FLAGS_alias);
  std::map<std::string, Positions> last;
  absl::Time changed = absl::Now();
  return Await([&]() -> absl::Status {
    std::map<std::string, Positions> now;
    for (const int percent : kPercents) {
      for (const std::string& group :
           {GroupName("", percent), GroupName(alias, percent)}) {
        auto positions = Ask(client, alias, group);
        if (!positions.ok()) return positions.status();
        now[group] = *std::move(positions);
      }
    }
    if (std::exchange(last, now) != now) changed = absl::Now();
    if (absl::Now() - changed >= quiet) return absl::OkStatus();
    return absl::UnavailableError("the answers still change");
  });
}

struct Missed {
  int64_t read_again = 0;
  int64_t skipped = 0;
};

absl::StatusOr<Missed> Compare(MirrorClient* client, const std::string& alias,
                               const std::string& group,
                               const Positions& truth) {
  const auto positions = Ask(client, alias, group);
  if (!positions.ok()) return positions.status();
  Missed missed;
  for (const auto& [partition, position] : *positions) {
    const int64_t too_far = position - truth.at(partition);
    missed.read_again += std::max<int64_t>(-too_far, 0);
    missed.skipped += std::max<int64_t>(too_far, 0);
  }
  return missed;
}

// `after`: of the groups that came to stand there after the copies.
absl::Status PrintRow(MirrorClient* client, int percent, bool after,
                      const Positions& truth) {
  int64_t records = 0;
  for (const auto& [partition, position] : truth) records += position;
  absl::PrintF("%6d %% %-7s %9d", percent, after ? "after" : "before", records);
  absl::Status status;
  for (const std::string alias : {kOurs, kMm2}) {
    const auto missed =
        Compare(client, alias, GroupName(after ? alias : "", percent), truth);
    if (!missed.ok()) return missed.status();
    absl::PrintF("   %12d %8d", missed->read_again, missed->skipped);
    if (alias == kOurs && missed->skipped > 0) {
      status = absl::DataLossError("ours skips records");
    }
  }
  absl::PrintF("\n");
  return status;
}

absl::Status PrintTable(Cluster* source, MirrorClient* client) {
  absl::PrintF("%26s   %-21s   %s\n", "", "ours", "MirrorMaker 2");
  absl::PrintF("%-16s %9s   %12s %8s   %12s %8s\n", "group at", "records",
               "read again", "skipped", "read again", "skipped");
  absl::Status status;
  for (const bool after : {false, true}) {
    for (const int percent : kPercents) {
      const auto truth = TruePositions(source, percent);
      if (!truth.ok()) return truth.status();
      status.Update(PrintRow(client, percent, after, *truth));
    }
  }
  return status;
}

absl::Status MeasureTranslation(Cluster* source, MirrorClient* client) {
  const auto ends = TruePositions(source, 100);
  if (!ends.ok()) return ends.status();
  absl::Status status = MeasureStore();
  status.Update(
      MeasureClient(client, kOurs, absl::GetFlag(FLAGS_topic), *ends));
  return status;
}

absl::Status Run(const std::string& step) {
  const auto source = Connect(absl::GetFlag(FLAGS_source));
  if (!source.ok()) return source.status();
  const auto client = MirrorClient::Create(
      {{"bootstrap.servers", absl::GetFlag(FLAGS_target)}}, nullptr);
  if (!client.ok()) return client.status();
  if (step == "commit") return Commit(source->get());
  if (step == "await") return AwaitAnswers(client->get());
  if (step == "compare") return PrintTable(source->get(), client->get());
  if (step == "translate") {
    return MeasureTranslation(source->get(), client->get());
  }
  return absl::InvalidArgumentError("no such step");
}

}  // namespace
}  // namespace mirror::benchmark

int main(int argc, char** argv) {
  const std::vector<char*> left = absl::ParseCommandLine(argc, argv);
  const std::string step = left.size() < 2 ? "" : left[1];
  const absl::Status status = mirror::benchmark::Run(step);
  if (status.ok()) return 0;
  absl::FPrintF(stderr, "failover: %s: %s\n", step, status.message());
  return 1;
}
