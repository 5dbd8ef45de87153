// SPDX-License-Identifier: Apache-2.0
//
// The steps of `tools/bench failover`; see there.
//
//   failover commit    --source=S --topic=T
//   failover await     --target=B --alias=A --quiet=SECONDS
//   failover compare   --source=S --target=B --topic=T
//   failover translate --source=S --target=B --topic=T
//
// A group's name is the part of each partition that it has read, in percent.

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <map>
#include <memory>
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
ABSL_FLAG(std::string, alias, "", "await: the mirror, ours or mm2");
ABSL_FLAG(int, quiet, 10, "await: answers no longer change, in seconds");

namespace mirror::benchmark {
namespace {

constexpr int kPercents[] = {10, 50, 90, 99, 100};
constexpr char kOurs[] = "ours";
constexpr char kMm2[] = "mm2";
constexpr absl::Duration kPatience = absl::Minutes(5);
constexpr absl::Duration kTimeout = absl::Seconds(30);

// By partition number; of the group named by its percentage.
using Positions = std::map<int32_t, int64_t>;

// Calls `ask` until the answer is OK.
absl::Status Await(absl::FunctionRef<absl::Status()> ask) {
  const absl::Time deadline = absl::Now() + kPatience;
  while (true) {
    absl::Status status = ask();
    if (status.ok() || absl::Now() >= deadline) return status;
    absl::SleepFor(absl::Milliseconds(500));
  }
}

// Where a group stands on the source which has read `percent` of each
// partition, and as copies are one to one, where it should go on.
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
  const auto results = admin->AlterGroupOffsets(absl::StrCat(percent), offsets);
  if (!results.ok()) return results.status();
  for (const auto& [tp, status] : *results) {
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status Commit() {
  const auto source = Connect(absl::GetFlag(FLAGS_source));
  if (!source.ok()) return source.status();
  const auto admin = (*source)->NewGroupAdmin("bench");
  if (!admin.ok()) return admin.status();
  absl::Status status;
  for (const int percent : kPercents) {
    // A new broker has no group coordinator yet.
    status.Update(Await(
        [&] { return CommitGroup(source->get(), admin->get(), percent); }));
  }
  return status;
}

absl::StatusOr<std::unique_ptr<MirrorClient>> NewClient() {
  return MirrorClient::Create(
      {{"bootstrap.servers", absl::GetFlag(FLAGS_target)}}, nullptr);
}

// Where a group goes on, as the mirror's own client tells it.
absl::StatusOr<Positions> Ask(MirrorClient* client, const std::string& alias,
                              int percent) {
  const std::string group = absl::StrCat(percent);
  Positions positions;
  if (alias == kOurs) {
    const auto answers = client->TranslateOffsets(alias, group, kTimeout);
    if (!answers.ok()) return answers.status();
    for (const auto& [tp, position] : *answers) {
      positions[tp.partition] = position.offset.value();
    }
  } else {
    const auto answers = client->RemoteConsumerOffsets(group, alias, kTimeout);
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

absl::Status AwaitAnswers() {
  const auto client = NewClient();
  if (!client.ok()) return client.status();
  const absl::Duration quiet = absl::Seconds(absl::GetFlag(FLAGS_quiet));
  std::map<int, Positions> last;
  absl::Time changed = absl::Now();
  return Await([&]() -> absl::Status {
    std::map<int, Positions> now;
    for (const int percent : kPercents) {
      auto positions = Ask(client->get(), absl::GetFlag(FLAGS_alias), percent);
      if (!positions.ok()) return positions.status();
      now[percent] = *std::move(positions);
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
                               int percent, const Positions& truth) {
  const auto positions = Ask(client, alias, percent);
  if (!positions.ok()) return positions.status();
  Missed missed;
  for (const auto& [partition, position] : *positions) {
    const int64_t too_far = position - truth.at(partition);
    missed.read_again += std::max<int64_t>(-too_far, 0);
    missed.skipped += std::max<int64_t>(too_far, 0);
  }
  return missed;
}

absl::Status PrintTable() {
  const auto source = Connect(absl::GetFlag(FLAGS_source));
  if (!source.ok()) return source.status();
  const auto client = NewClient();
  if (!client.ok()) return client.status();
  absl::PrintF("%-10s %12s   %-25s   %s\n", "", "", "ours", "MirrorMaker 2");
  absl::PrintF("%-10s %12s   %12s %12s   %12s %12s\n", "group at", "records",
               "read again", "skipped", "read again", "skipped");
  bool skips = false;
  for (const int percent : kPercents) {
    const auto truth = TruePositions(source->get(), percent);
    if (!truth.ok()) return truth.status();
    int64_t records = 0;
    for (const auto& [partition, position] : *truth) records += position;
    const auto ours = Compare(client->get(), kOurs, percent, *truth);
    if (!ours.ok()) return ours.status();
    const auto mm2 = Compare(client->get(), kMm2, percent, *truth);
    if (!mm2.ok()) return mm2.status();
    absl::PrintF("%8d %% %12d   %12d %12d   %12d %12d\n", percent, records,
                 ours->read_again, ours->skipped, mm2->read_again,
                 mm2->skipped);
    skips |= ours->skipped > 0;
  }
  return skips ? absl::DataLossError("ours skips records") : absl::OkStatus();
}

absl::Status MeasureTranslation() {
  const auto source = Connect(absl::GetFlag(FLAGS_source));
  if (!source.ok()) return source.status();
  const auto ends = TruePositions(source->get(), 100);
  if (!ends.ok()) return ends.status();
  const auto client = NewClient();
  if (!client.ok()) return client.status();
  absl::Status status = MeasureStore();
  status.Update(
      MeasureClient(client->get(), kOurs, absl::GetFlag(FLAGS_topic), *ends));
  return status;
}

absl::Status Run(const std::string& step) {
  if (step == "commit") return Commit();
  if (step == "await") return AwaitAnswers();
  if (step == "compare") return PrintTable();
  if (step == "translate") return MeasureTranslation();
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
