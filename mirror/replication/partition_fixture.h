// SPDX-License-Identifier: Apache-2.0
//
// For tests: a Partition without a flow, a cluster or an index. What follows
// from an event is a list of words, one for each effect.
//
//   EXPECT_THAT(On(event::SinkLost{}), ElementsAre("Unassign"));

#ifndef MIRROR_REPLICATION_PARTITION_FIXTURE_H_
#define MIRROR_REPLICATION_PARTITION_FIXTURE_H_

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "mirror/cluster/record_batch.h"
#include "mirror/cluster/record_sink.h"
#include "mirror/replication/copy_index.h"
#include "mirror/replication/partition.h"
#include "mirror/replication/partition_event.h"
#include "mirror/replication/partition_options.h"
#include "mirror/telemetry/status.pb.h"
#include "mirror/testing/simulated_clock.h"

namespace mirror::internal {

inline UpstreamOffset U(int64_t offset) { return UpstreamOffset(offset); }
inline DownstreamOffset D(int64_t offset) { return DownstreamOffset(offset); }

// Takes all it is given.
class TakingSink final : public RecordSink {
 public:
  using RecordSink::Send;
  absl::Status Send(const TopicPartition&, RecordBatch* batch, int64_t* next,
                    const SendOptions& options) override {
    if (!error_.ok()) return error_;
    *next = std::min(options.end, batch->count());
    return absl::OkStatus();
  }
  absl::Status Poll(absl::Duration, std::vector<Ack>*) override {
    return absl::OkStatus();
  }
  int64_t in_flight() const override { return 0; }
  absl::Status TakeClusterStatus() override { return absl::OkStatus(); }

  absl::Status error_;
};

class EmptyIndex final : public CopyIndex {
 public:
  DownstreamOffset IndexedEnd(const TopicPartition&) override { return end_; }
  std::optional<DownstreamOffset> CopiesFrom(const TopicPartition&,
                                             UpstreamOffset first) override {
    copies_from_asked_ = first;
    return copies_from_;
  }
  BackTranslation TranslateBack(const TopicPartition&,
                                DownstreamOffset) override {
    return {};
  }

  DownstreamOffset end_;
  std::optional<DownstreamOffset> copies_from_;
  std::optional<UpstreamOffset> copies_from_asked_;
};

// An effect in words.
struct ShowEffect {
  std::string operator()(const effect::Assign& e) const {
    return absl::StrCat("Assign ", e.position.offset.value());
  }
  std::string operator()(const effect::Unassign&) const { return "Unassign"; }
  std::string operator()(const effect::AskBounds& e) const {
    return e.ask ? "AskBounds" : "AskNoMore";
  }
  std::string operator()(const effect::ReadBack& e) const {
    return absl::StrCat("ReadBack ", e.from.value(), "-",
                        e.end.has_value() ? absl::StrCat(e.end->value()) : "");
  }
  std::string operator()(const effect::DeadLetter& e) const {
    return absl::StrCat("DeadLetter ", e.record.offset.value());
  }
  std::string operator()(const effect::Skipped& e) const {
    return absl::StrCat("Skipped ", e.range.first.value(), "-",
                        e.range.end.value());
  }
  std::string operator()(const effect::ForgetCopies&) const {
    return "ForgetCopies";
  }
  std::string operator()(const effect::BeginRun& e) const {
    return absl::StrCat("BeginRun ", e.first.value(),
                        e.from_start ? " from the start" : "",
                        e.unindexed == UnindexedCopies::kNone ? ", known" : "");
  }
  std::string operator()(const effect::Copied& e) const {
    return absl::StrCat("Copied ", e.range.upstream.value(), "+", e.range.count,
                        " at ", e.range.downstream.value());
  }
  std::string operator()(const effect::CommitThrough& e) const {
    return absl::StrCat("CommitThrough ", e.done.value_or(U(-9)).value(),
                        e.store_progress ? "" : ", stored",
                        e.store_index ? "" : ", no index");
  }
  std::string operator()(const effect::DoubtLimits&) const {
    return "DoubtLimits";
  }
  std::string operator()(const effect::Report&) const { return "Report"; }
  std::string operator()(const effect::Left&) const { return "Left"; }
};

class PartitionFixture : public testing::Test {
 protected:
  PartitionFixture() {
    plan_.source = {"orders", 0};
    plan_.target = {"A.orders", 0};
    options_.source_alias = "A";
    options_.target_alias = "B";
    options_.delivery.dead_letter_topic = "letters";
  }

  void Make() {
    partition_ =
        std::make_unique<Partition>(plan_, &options_, &index_, &clock_);
  }
  std::vector<std::string> Shown() {
    std::vector<std::string> shown;
    for (const Effect& effect : effects_) {
      shown.push_back(std::visit(ShowEffect(), effect));
    }
    return shown;
  }
  // What follows from an event.
  std::vector<std::string> On(Event event) {
    effects_.clear();
    partition_->Handle(std::move(event), clock_.Now(), &effects_);
    return Shown();
  }
  std::vector<std::string> Add() {
    Make();
    return On(event::Added{});
  }
  // One that copied 0..9 and reads on at 10.
  void AddAtTen() {
    plan_.start = U(10);
    plan_.has_copies = true;
    Add();
  }
  std::vector<std::string> Read(int64_t first, int64_t count) {
    std::vector<Record> records(count);
    for (int64_t i = 0; i < count; ++i) {
      records[i].offset = U(first + i);
      records[i].value = "value";
      records[i].timestamp_ms = 1700000000000;
    }
    return OnRead(
        std::make_unique<OwnedRecordBatch>(plan_.source, std::move(records)));
  }
  // As a loop does.
  std::vector<std::string> OnRead(std::unique_ptr<RecordBatch> batch) {
    event::Read read{std::move(batch)};
    if (!options_.transforms.empty()) {
      read.transformed = TransformBatch(*read.batch, options_.transforms);
    }
    return On(std::move(read));
  }
  std::vector<std::string> Send() {
    effects_.clear();
    partition_->Send(&sink_, clock_.Now(), SinkShare(), &effects_);
    return Shown();
  }
  std::vector<std::string> Acked(int64_t first, int64_t count, int64_t base) {
    const Ack ack{plan_.target, U(first), D(base), count, absl::OkStatus()};
    return On(event::Acked{&ack});
  }
  std::vector<std::string> Failed(int64_t first, int64_t count,
                                  absl::Status status,
                                  Rejection rejection = Rejection::kNone) {
    Ack ack{plan_.target, U(first), D(-1), count, std::move(status)};
    ack.rejection = rejection;
    return On(event::Acked{&ack});
  }
  // Reads, sends and has acknowledged.
  void Copy(int64_t first, int64_t count, int64_t base) {
    Read(first, count);
    Send();
    Acked(first, count, base);
  }
  std::vector<std::string> FromSource(PartitionEvent::Kind kind, int64_t offset,
                                      absl::Status status = {}) {
    const PartitionEvent event{plan_.source, kind, U(offset),
                               std::move(status)};
    return On(event::FromSource{&event});
  }
  std::vector<std::string> Bounds(int64_t start, int64_t end) {
    return On(event::BoundsKnown{{U(start), U(end)}});
  }
  std::vector<std::string> Tick(absl::Duration later = absl::ZeroDuration()) {
    clock_.Advance(later);
    return On(event::Tick{});
  }
  std::vector<std::string> TargetChanged(PartitionProblem problem) {
    TargetChange change;
    change.problem = problem;
    change.what = "copies are gone";
    return On(event::TargetChanged{change});
  }
  PartitionStatus Status() {
    PartitionStatus status;
    partition_->FillStatus(clock_.Now(), &status);
    return status;
  }

  SimulatedClock clock_;
  PartitionPlan plan_;
  PartitionOptions options_;
  EmptyIndex index_;
  TakingSink sink_;
  Effects effects_;
  std::unique_ptr<Partition> partition_;
};

}  // namespace mirror::internal

#endif  // MIRROR_REPLICATION_PARTITION_FIXTURE_H_
