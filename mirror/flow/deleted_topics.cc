// SPDX-License-Identifier: Apache-2.0

#include "mirror/flow/deleted_topics.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "mirror/progress/flow_note.h"

namespace mirror::internal {
namespace {

// Of one look, and of one write.
constexpr size_t kTopicsAtOnce = 1000;
// A source that did not say yes or no is asked again after this time.
constexpr absl::Duration kAskAgain = absl::Minutes(1);
// A run of the engine must miss a topic for this long, whatever an earlier one
// has noted: a broker that has just started may not know all topics.
constexpr absl::Duration kCertain = absl::Minutes(10);

}  // namespace

DeletedTopics::DeletedTopics(DeletedTopicsOptions options, ClusterAdmin* source,
                             Clock* clock, ProgressStore* progress,
                             OffsetSyncStore* index, MemoryWriter* writer)
    : options_(std::move(options)),
      source_(source),
      clock_(clock),
      progress_(progress),
      index_(index),
      writer_(writer) {}

void DeletedTopics::Remember(const TopicPartition& source) {
  Remembered& topic = remembered_[source.topic];
  topic.partitions.insert(source.partition);
  topic.stored = true;
}

void DeletedTopics::RememberStored() {
  for (const auto& [source, offset] : progress_->offsets()) Remember(source);
  for (const auto& [topic, since] : progress_->gone()) {
    remembered_[topic].stored = true;
  }
  for (const TopicPartition& source : index_->Partitions()) {
    Remembered& topic = remembered_[source.topic];
    topic.partitions.insert(source.partition);
    topic.stored |= index_->IsStored(source);
  }
}

void DeletedTopics::ForgetAllBut(
    absl::FunctionRef<bool(const TopicPartition&)> owned) {
  for (auto it = remembered_.begin(); it != remembered_.end();) {
    std::set<int32_t>& partitions = it->second.partitions;
    for (auto at = partitions.begin(); at != partitions.end();) {
      at = owned({it->first, *at}) ? std::next(at) : partitions.erase(at);
    }
    if (!partitions.empty()) {
      ++it;
      continue;
    }
    gone_.erase(it->first);
    it = remembered_.erase(it);
  }
}

void DeletedTopics::Look(const std::set<std::string>& listed) {
  if (options_.after == absl::InfiniteDuration()) return;
  if (!std::exchange(looked_, true)) RememberStored();
  NoteListed(listed);
  const std::vector<std::string> due = Due(listed);
  // A list lacks what may not be described as well.
  const auto answers = source_->DescribeTopics(due);
  MemoryRecords notes;
  for (size_t i = 0; i < due.size(); ++i) {
    OnAnswer(due[i], answers[i].status(), &notes);
  }
  if (!notes.progress.empty()) writer_->Write(std::move(notes), nullptr);
}

void DeletedTopics::NoteListed(const std::set<std::string>& listed) {
  MemoryRecords notes;
  for (auto gone = gone_.begin(); gone != gone_.end();) {
    const bool back = listed.count(gone->first) > 0 && !Holds(gone->first);
    gone = back ? gone_.erase(gone) : std::next(gone);
  }
  std::vector<std::string> back;
  for (const auto& [topic, since] : progress_->gone()) {
    if (listed.count(topic) > 0 && !Holds(topic)) back.push_back(topic);
  }
  for (const std::string& topic : back) RemoveNote(topic, &notes);
  if (!notes.progress.empty()) writer_->Write(std::move(notes), nullptr);
}

std::vector<std::string> DeletedTopics::Due(
    const std::set<std::string>& listed) {
  const absl::Time now = clock_->Now();
  std::vector<std::string> due;
  for (const auto& [topic, remembered] : remembered_) {
    if (listed.count(topic) > 0) continue;
    if (due.size() == kTopicsAtOnce) break;
    if (!Holds(topic) && gone_[topic].next <= now) due.push_back(topic);
  }
  return due;
}

void DeletedTopics::OnAnswer(const std::string& topic,
                             const absl::Status& answer, MemoryRecords* notes) {
  const absl::Time now = clock_->Now();
  Gone& gone = gone_[topic];
  if (!absl::IsNotFound(answer)) {
    gone.next = now + kAskAgain;
    // It is there, though it was not listed, or it may be.
    if (answer.ok() || absl::IsPermissionDenied(answer)) {
      gone.state = State::kUnsure;
      RemoveNote(topic, notes);
    }
    return;
  }
  if (gone.state == State::kGone) return Release(topic);
  gone.state = State::kGone;
  gone.next = now + Wait(topic);
  if (!remembered_[topic].stored || progress_->gone().count(topic) > 0) return;
  const FlowNote note{options_.source_alias, topic, clock_->WallTime()};
  notes->progress.push_back({note.EncodeKey(), note.EncodeValue()});
  progress_->SetGone(topic, note.since);
}

absl::Duration DeletedTopics::Wait(const std::string& topic) const {
  const absl::Duration least = std::min(kCertain, options_.after);
  // Only MM2's offset syncs tell of it, which stay.
  if (!remembered_.at(topic).stored) return least;
  const auto since = progress_->gone().find(topic);
  if (since == progress_->gone().end()) return options_.after;
  // The calendar may have been set meanwhile.
  return std::clamp(options_.after - (clock_->WallTime() - since->second),
                    least, options_.after);
}

void DeletedTopics::RemoveNote(const std::string& topic, MemoryRecords* notes) {
  if (progress_->gone().count(topic) == 0) return;
  progress_->SetGone(topic, std::nullopt);
  const FlowNote note{options_.source_alias, topic, std::nullopt};
  notes->progress.push_back({note.EncodeKey(), std::nullopt});
}

bool DeletedTopics::Holds(const std::string& topic) const {
  const auto gone = gone_.find(topic);
  return gone != gone_.end() && gone->second.state >= State::kReleasing;
}

void DeletedTopics::Release(const std::string& topic) {
  Gone& gone = gone_[topic];
  gone.state = State::kReleasing;
  gone.held = remembered_[topic].partitions;
  if (gone.held.empty()) gone.state = State::kReleased;
  for (const int32_t partition : remembered_[topic].partitions) {
    gone.undecided |= options_.release({topic, partition});
  }
}

void DeletedTopics::OnReleased(const TopicPartition& source) {
  const auto gone = gone_.find(source.topic);
  if (gone == gone_.end() || gone->second.state != State::kReleasing) return;
  gone->second.held.erase(source.partition);
  if (gone->second.held.empty()) gone->second.state = State::kReleased;
}

void DeletedTopics::Step() {
  if (deleting_ || gone_.empty()) return;
  std::vector<std::string> topics;
  for (auto& [topic, gone] : gone_) {
    if (gone.state != State::kReleased) continue;
    gone.state = State::kDeleting;
    topics.push_back(topic);
    if (topics.size() == kTopicsAtOnce) break;
  }
  if (!topics.empty()) Delete(topics);
}

void DeletedTopics::Delete(const std::vector<std::string>& topics) {
  MemoryRecords progress;
  MemoryRecords rest;
  for (const std::string& topic : topics) {
    const Remembered& remembered = remembered_[topic];
    if (!remembered.stored) continue;
    for (const int32_t partition : remembered.partitions) {
      const TopicPartition source{topic, partition};
      for (std::string& key : progress_->KeysOf(source)) {
        progress.progress.push_back({std::move(key), std::nullopt});
      }
      auto records = index_->PrepareForget(source);
      // A name that cannot be encoded has no records.
      if (!records.ok()) continue;
      std::move(records->begin(), records->end(),
                std::back_inserter(rest.index));
    }
    const FlowNote note{options_.source_alias, topic, std::nullopt};
    rest.progress.push_back({note.EncodeKey(), std::nullopt});
  }
  deleting_ = true;
  // Progress without an index could be of another topic of that name, and
  // nothing would tell. An index without progress tells, and the note says to
  // the next run that this is not done yet.
  writer_->Write(std::move(progress), nullptr);
  writer_->Write(std::move(rest), [this, topics] { Finish(topics); });
}

void DeletedTopics::Finish(const std::vector<std::string>& topics) {
  deleting_ = false;
  for (const std::string& topic : topics) {
    const Remembered remembered = std::move(remembered_[topic]);
    const bool undecided = gone_[topic].undecided;
    remembered_.erase(topic);
    gone_.erase(topic);
    progress_->SetGone(topic, std::nullopt);
    for (const int32_t partition : remembered.partitions) {
      progress_->Forget({topic, partition});
      index_->Forget({topic, partition});
    }
    options_.on_forgotten(topic, remembered.partitions);
    if (remembered.stored) Report(topic, undecided);
  }
}

void DeletedTopics::Report(const std::string& topic, bool undecided) const {
  if (!options_.on_event) return;
  std::string message = absl::StrCat(
      "topic ", topic, " has been deleted from cluster ", options_.source_alias,
      " for ", absl::FormatDuration(options_.after),
      " or more: its progress, offset index and skipped ranges are deleted, "
      "and what was copied stays; a topic of that name is copied from its "
      "start");
  if (undecided) {
    absl::StrAppend(&message,
                    "; partitions of it were paused, or waited for a decision, "
                    "which has become void");
  }
  options_.on_event(
      EngineEvent(EngineEvent::Kind::kTopicForgotten,
                  undecided ? LogLevel::kWarning : LogLevel::kInfo,
                  options_.flow, std::move(message))
          .WithTopic(topic));
}

}  // namespace mirror::internal
