// SPDX-License-Identifier: Apache-2.0

#include "mirror/kafka/kafka_cluster_admin.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "mirror/cluster/errors.h"
#include "mirror/cluster/request_slices.h"
#include "mirror/kafka/error.h"
#include "mirror/kafka/kafka_topic_configs.h"
#include "mirror/kafka/topic_ids.h"

namespace mirror::internal {
namespace {

// librdkafka puts the answers of all brokers together in quadratic time.
constexpr int64_t kPartitionsPerListOffsets = 500;
// An answer has every partition with its replicas: some 100 KB.
constexpr int64_t kTopicsPerDescribe = 500;
constexpr int64_t kTopicsPerDelete = 500;

using Description = absl::StatusOr<TopicDescription>;

std::string TopicSubject(absl::string_view topic) {
  return absl::StrCat("topic ", topic);
}

// The results of a request by topic name.
std::map<std::string, absl::Status> StatusByTopic(
    const AdminClient& client, const rd_kafka_topic_result_t* const* results,
    size_t count) {
  std::map<std::string, absl::Status> by_topic;
  for (size_t i = 0; i < count; ++i) {
    const char* name = rd_kafka_topic_result_name(results[i]);
    const char* detail = rd_kafka_topic_result_error_string(results[i]);
    by_topic[name] = KafkaError(rd_kafka_topic_result_error(results[i]),
                                client.Context(TopicSubject(name)),
                                detail == nullptr ? "" : detail);
  }
  return by_topic;
}

absl::StatusOr<NewTopicPtr> ToNewTopic(const AdminClient& client,
                                       const NewTopic& topic) {
  char why[256] = "";
  NewTopicPtr request(
      rd_kafka_NewTopic_new(topic.name.c_str(), topic.partitions,
                            topic.replication_factor, why, sizeof(why)));
  if (request == nullptr) {
    return absl::InvalidArgumentError(
        client.Context(absl::StrCat(TopicSubject(topic.name), ": ", why)));
  }
  for (const auto& [name, value] : topic.configs) {
    rd_kafka_NewTopic_set_config(request.get(), name.c_str(), value.c_str());
  }
  return request;
}

}  // namespace

absl::StatusOr<std::string> KafkaClusterAdmin::ClusterId() {
  std::string id;
  absl::Status status = client_->Repeat(
      "cluster id", [&](rd_kafka_t* handle, absl::Duration slice) {
        char* text = rd_kafka_clusterid(
            handle, static_cast<int>(absl::ToInt64Milliseconds(slice)));
        if (text == nullptr) return false;
        id = text;
        rd_kafka_mem_free(handle, text);
        return true;
      });
  if (!status.ok()) return status;
  return id;
}

absl::StatusOr<std::vector<TopicDescription>> KafkaClusterAdmin::ListTopics() {
  const auto metadata = std::make_shared<MetadataPtr>();
  absl::Status status = client_->RepeatSlowly(
      "list topics", [metadata](rd_kafka_t* handle, absl::Duration timeout) {
        const rd_kafka_metadata_t* answer = nullptr;
        rd_kafka_metadata(handle, /*all_topics=*/1, nullptr, &answer,
                          static_cast<int>(absl::ToInt64Milliseconds(timeout)));
        metadata->reset(answer);
        return answer != nullptr;
      });
  if (!status.ok()) return status;
  std::vector<TopicDescription> topics;
  for (int i = 0; i < (*metadata)->topic_cnt; ++i) {
    const rd_kafka_metadata_topic_t& topic = (*metadata)->topics[i];
    // One that is being created or deleted.
    if (topic.partition_cnt == 0) continue;
    topics.push_back({topic.topic, topic.partition_cnt, ""});
  }
  std::sort(topics.begin(), topics.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
  return topics;
}

std::vector<Description> KafkaClusterAdmin::DescribeTopics(
    absl::Span<const std::string> topics) {
  return SendInSlices<Description>(topics, kTopicsPerDescribe,
                                   [this](absl::Span<const std::string> slice,
                                          std::vector<Description>* results) {
                                     return DescribeSome(slice, results);
                                   });
}

absl::Status KafkaClusterAdmin::DescribeSome(
    absl::Span<const std::string> topics, std::vector<Description>* results) {
  std::vector<const char*> names;
  for (const std::string& topic : topics) names.push_back(topic.c_str());
  TopicCollectionPtr collection(
      rd_kafka_TopicCollection_of_topic_names(names.data(), names.size()));
  AdminCall call(client_.get(), RD_KAFKA_ADMIN_OP_DESCRIBETOPICS,
                 "describe topics");
  rd_kafka_DescribeTopics(call.handle(), collection.get(), call.options(),
                          call.queue());
  absl::StatusOr<EventPtr> event = call.Await();
  if (!event.ok()) return event.status();
  size_t count = 0;
  const rd_kafka_TopicDescription_t** descriptions =
      rd_kafka_DescribeTopics_result_topics(
          rd_kafka_event_DescribeTopics_result(event->get()), &count);
  std::map<std::string, Description> by_topic;
  for (size_t i = 0; i < count; ++i) {
    TopicDescription topic;
    topic.name = rd_kafka_TopicDescription_name(descriptions[i]);
    absl::Status status =
        KafkaError(rd_kafka_TopicDescription_error(descriptions[i]),
                   client_->Context(TopicSubject(topic.name)));
    if (!status.ok()) {
      by_topic[topic.name] = status;
      continue;
    }
    size_t partitions = 0;
    rd_kafka_TopicDescription_partitions(descriptions[i], &partitions);
    topic.partitions = static_cast<int32_t>(partitions);
    topic.id = KnownTopicId(rd_kafka_Uuid_base64str(
        rd_kafka_TopicDescription_topic_id(descriptions[i])));
    by_topic[topic.name] = topic;
  }
  for (const std::string& topic : topics) {
    results->push_back(client_->Find(by_topic, topic, TopicSubject(topic)));
  }
  return absl::OkStatus();
}

std::vector<absl::Status> KafkaClusterAdmin::CreateTopics(
    absl::Span<const NewTopic> topics) {
  std::map<std::string, absl::Status> by_topic;
  std::vector<NewTopicPtr> requests;
  for (const NewTopic& topic : topics) {
    absl::StatusOr<NewTopicPtr> request = ToNewTopic(*client_, topic);
    if (request.ok()) {
      requests.push_back(*std::move(request));
    } else {
      by_topic[topic.name] = request.status();
    }
  }
  if (!requests.empty()) {
    AdminCall call(client_.get(), RD_KAFKA_ADMIN_OP_CREATETOPICS,
                   "create topics");
    rd_kafka_CreateTopics(call.handle(), RawPointers(requests).data(),
                          requests.size(), call.options(), call.queue());
    absl::StatusOr<EventPtr> event = call.Await();
    if (!event.ok()) return {topics.size(), event.status()};
    size_t count = 0;
    const auto* results = rd_kafka_CreateTopics_result_topics(
        rd_kafka_event_CreateTopics_result(event->get()), &count);
    by_topic.merge(StatusByTopic(*client_, results, count));
  }
  std::vector<absl::Status> results;
  for (const NewTopic& topic : topics) {
    results.push_back(
        client_->Find(by_topic, topic.name, TopicSubject(topic.name)));
  }
  return results;
}

absl::Status KafkaClusterAdmin::CreatePartitions(const std::string& topic,
                                                 int32_t count) {
  char why[256] = "";
  NewPartitionsPtr request(rd_kafka_NewPartitions_new(
      topic.c_str(), static_cast<size_t>(count), why, sizeof(why)));
  if (request == nullptr) {
    return absl::InvalidArgumentError(
        client_->Context(absl::StrCat(TopicSubject(topic), ": ", why)));
  }
  AdminCall call(client_.get(), RD_KAFKA_ADMIN_OP_CREATEPARTITIONS,
                 "create partitions");
  rd_kafka_NewPartitions_t* raw = request.get();
  rd_kafka_CreatePartitions(call.handle(), &raw, 1, call.options(),
                            call.queue());
  absl::StatusOr<EventPtr> event = call.Await();
  if (!event.ok()) return event.status();
  size_t size = 0;
  const auto* results = rd_kafka_CreatePartitions_result_topics(
      rd_kafka_event_CreatePartitions_result(event->get()), &size);
  return client_->Find(StatusByTopic(*client_, results, size), topic,
                       TopicSubject(topic));
}

std::vector<absl::Status> KafkaClusterAdmin::DeleteTopics(
    absl::Span<const std::string> topics) {
  return SendInSlices<absl::Status>(topics, kTopicsPerDelete,
                                    [this](absl::Span<const std::string> slice,
                                           std::vector<absl::Status>* results) {
                                      return DeleteSome(slice, results);
                                    });
}

absl::Status KafkaClusterAdmin::DeleteSome(absl::Span<const std::string> topics,
                                           std::vector<absl::Status>* results) {
  std::vector<DeleteTopicPtr> requests;
  for (const std::string& topic : topics) {
    requests.emplace_back(rd_kafka_DeleteTopic_new(topic.c_str()));
  }
  AdminCall call(client_.get(), RD_KAFKA_ADMIN_OP_DELETETOPICS,
                 "delete topics");
  rd_kafka_DeleteTopics(call.handle(), RawPointers(requests).data(),
                        requests.size(), call.options(), call.queue());
  absl::StatusOr<EventPtr> event = call.Await();
  if (!event.ok()) return event.status();
  size_t count = 0;
  const auto* raw = rd_kafka_DeleteTopics_result_topics(
      rd_kafka_event_DeleteTopics_result(event->get()), &count);
  const auto by_topic = StatusByTopic(*client_, raw, count);
  for (const std::string& topic : topics) {
    results->push_back(client_->Find(by_topic, topic, TopicSubject(topic)));
  }
  return absl::OkStatus();
}

std::vector<absl::StatusOr<int64_t>> KafkaClusterAdmin::ListOffsets(
    absl::Span<const TopicPartition> partitions, OffsetSpec spec) {
  return SendInSlices<absl::StatusOr<int64_t>>(
      partitions, kPartitionsPerListOffsets,
      [this, spec](absl::Span<const TopicPartition> slice,
                   std::vector<absl::StatusOr<int64_t>>* results) {
        return ListSomeOffsets(slice, spec, results);
      });
}

absl::Status KafkaClusterAdmin::ListSomeOffsets(
    absl::Span<const TopicPartition> partitions, OffsetSpec spec,
    std::vector<absl::StatusOr<int64_t>>* results) {
  PartitionListPtr list(
      rd_kafka_topic_partition_list_new(static_cast<int>(partitions.size())));
  for (const TopicPartition& partition : partitions) {
    rd_kafka_topic_partition_list_add(list.get(), partition.topic.c_str(),
                                      partition.partition)
        ->offset = spec == OffsetSpec::kEarliest ? RD_KAFKA_OFFSET_SPEC_EARLIEST
                                                 : RD_KAFKA_OFFSET_SPEC_LATEST;
  }
  AdminCall call(client_.get(), RD_KAFKA_ADMIN_OP_LISTOFFSETS, "list offsets");
  ErrorPtr unused(rd_kafka_AdminOptions_set_isolation_level(
      call.options(), spec == OffsetSpec::kLogEnd
                          ? RD_KAFKA_ISOLATION_LEVEL_READ_UNCOMMITTED
                          : RD_KAFKA_ISOLATION_LEVEL_READ_COMMITTED));
  rd_kafka_ListOffsets(call.handle(), list.get(), call.options(), call.queue());
  absl::StatusOr<EventPtr> event = call.Await();
  // What librdkafka says if none of them has a leader, whatever the reason.
  if (absl::IsNotFound(event.status())) {
    return TellWhyNotLed(partitions, results);
  }
  if (!event.ok()) return event.status();
  size_t count = 0;
  const rd_kafka_ListOffsetsResultInfo_t** infos =
      rd_kafka_ListOffsets_result_infos(
          rd_kafka_event_ListOffsets_result(event->get()), &count);
  std::map<TopicPartition, absl::StatusOr<int64_t>> by_partition;
  for (size_t i = 0; i < count; ++i) {
    const rd_kafka_topic_partition_t* info =
        rd_kafka_ListOffsetsResultInfo_topic_partition(infos[i]);
    const TopicPartition partition = {info->topic, info->partition};
    if (info->err == RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE) {
      by_partition[partition] =
          NoLeader(client_->alias(), info->topic, info->partition);
    } else if (info->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
      by_partition[partition] =
          KafkaError(info->err, client_->Context(partition.ToString()));
    } else if (info->offset < 0) {
      // Seen of a broker that was killed meanwhile: no error, and no offset.
      by_partition[partition] = absl::UnavailableError(client_->Context(
          absl::StrCat(partition.ToString(), ": the broker gave no offset")));
    } else {
      by_partition[partition] = info->offset;
    }
  }
  for (const TopicPartition& partition : partitions) {
    results->push_back(
        client_->Find(by_partition, partition, partition.ToString()));
  }
  return absl::OkStatus();
}

absl::Status KafkaClusterAdmin::TellWhyNotLed(
    absl::Span<const TopicPartition> partitions,
    std::vector<absl::StatusOr<int64_t>>* results) {
  std::set<std::string> topics;
  for (const TopicPartition& tp : partitions) topics.insert(tp.topic);
  const std::vector<std::string> names(topics.begin(), topics.end());
  std::vector<Description> descriptions;
  if (absl::Status status = DescribeSome(names, &descriptions); !status.ok()) {
    return status;
  }
  for (const TopicPartition& tp : partitions) {
    const auto name = std::lower_bound(names.begin(), names.end(), tp.topic);
    const Description& topic = descriptions[name - names.begin()];
    if (!topic.ok()) {
      results->push_back(topic.status());
    } else if (tp.partition >= topic->partitions) {
      results->push_back(KafkaError(RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION,
                                    client_->Context(tp.ToString())));
    } else {
      results->push_back(NoLeader(client_->alias(), tp.topic, tp.partition));
    }
  }
  return absl::OkStatus();
}

std::vector<absl::StatusOr<std::vector<TopicConfig>>>
KafkaClusterAdmin::DescribeTopicConfigs(absl::Span<const std::string> topics) {
  return DescribeConfigsOfTopics(client_.get(), topics);
}

std::vector<absl::Status> KafkaClusterAdmin::AlterTopicConfigs(
    absl::Span<const TopicConfigOps> topics) {
  return AlterConfigsOfTopics(client_.get(), topics);
}

}  // namespace mirror::internal
