// SPDX-License-Identifier: Apache-2.0

#include "mirror/kafka/kafka_group_admin.h"

#include <cstdint>
#include <cstring>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "mirror/kafka/error.h"

namespace mirror::internal {
namespace {

// Offset requests under way at once: enough to hide round trips, and no flood.
constexpr size_t kMaxOutstanding = 200;

std::string GroupSubject(absl::string_view group) {
  return absl::StrCat("group ", group);
}

GroupState ToState(rd_kafka_consumer_group_state_t state) {
  switch (state) {
    case RD_KAFKA_CONSUMER_GROUP_STATE_DEAD:
      return GroupState::kAbsent;
    case RD_KAFKA_CONSUMER_GROUP_STATE_EMPTY:
      return GroupState::kEmpty;
    default:
      return GroupState::kActive;  // when in doubt: left alone
  }
}

GroupOffsets ToOffsets(const rd_kafka_topic_partition_list_t& list) {
  GroupOffsets offsets;
  for (int i = 0; i < list.cnt; ++i) {
    const rd_kafka_topic_partition_t& element = list.elems[i];
    if (element.offset < 0) continue;
    offsets[{element.topic, element.partition}] = {
        element.offset,
        element.metadata == nullptr
            ? ""
            : std::string(static_cast<const char*>(element.metadata),
                          element.metadata_size)};
  }
  return offsets;
}

PartitionListPtr ToList(const GroupOffsets& offsets) {
  PartitionListPtr list(
      rd_kafka_topic_partition_list_new(static_cast<int>(offsets.size())));
  for (const auto& [partition, offset] : offsets) {
    rd_kafka_topic_partition_t* element = rd_kafka_topic_partition_list_add(
        list.get(), partition.topic.c_str(), partition.partition);
    element->offset = offset.offset;
    if (offset.metadata.empty()) continue;
    // The list frees it.
    element->metadata = strdup(offset.metadata.c_str());
    element->metadata_size = offset.metadata.size();
  }
  return list;
}

}  // namespace

absl::StatusOr<std::unique_ptr<KafkaGroupAdmin>> KafkaGroupAdmin::Create(
    const ClientSettings& settings, const std::string& client_id) {
  absl::StatusOr<std::unique_ptr<AdminClient>> client =
      AdminClient::Create(ClientRole::kGroupAdmin, settings, client_id);
  if (!client.ok()) return client.status();
  return absl::WrapUnique(new KafkaGroupAdmin(*std::move(client)));
}

absl::StatusOr<std::map<std::string, GroupState>>
KafkaGroupAdmin::ListStates() {
  AdminCall call(client_.get(), RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPS,
                 "list groups");
  rd_kafka_ListConsumerGroups(call.handle(), call.options(), call.queue());
  absl::StatusOr<EventPtr> event = call.Await();
  if (!event.ok()) return event.status();
  const auto* result = rd_kafka_event_ListConsumerGroups_result(event->get());
  size_t count = 0;
  const auto* listings =
      rd_kafka_ListConsumerGroups_result_valid(result, &count);
  std::map<std::string, GroupState> states;
  for (size_t i = 0; i < count; ++i) {
    states[rd_kafka_ConsumerGroupListing_group_id(listings[i])] =
        ToState(rd_kafka_ConsumerGroupListing_state(listings[i]));
  }
  size_t errors = 0;
  const rd_kafka_error_t** reasons =
      rd_kafka_ListConsumerGroups_result_errors(result, &errors);
  // Groups of the other brokers are better than none.
  if (count == 0 && errors > 0) {
    return KafkaError(reasons[0], client_->Context("list groups"));
  }
  return states;
}

absl::StatusOr<std::vector<std::string>> KafkaGroupAdmin::ListGroups() {
  absl::StatusOr<std::map<std::string, GroupState>> states = ListStates();
  if (!states.ok()) return states.status();
  std::vector<std::string> groups;
  for (const auto& [group, state] : *states) {
    if (state != GroupState::kAbsent) groups.push_back(group);
  }
  return groups;
}

std::vector<absl::StatusOr<GroupState>> KafkaGroupAdmin::DescribeGroups(
    absl::Span<const std::string> groups) {
  if (groups.empty()) return {};
  std::vector<const char*> names;
  for (const std::string& group : groups) names.push_back(group.c_str());
  AdminCall call(client_.get(), RD_KAFKA_ADMIN_OP_DESCRIBECONSUMERGROUPS,
                 "describe groups");
  rd_kafka_DescribeConsumerGroups(call.handle(), names.data(), names.size(),
                                  call.options(), call.queue());
  absl::StatusOr<EventPtr> event = call.Await();
  if (!event.ok()) return {groups.size(), event.status()};
  size_t count = 0;
  const auto* descriptions = rd_kafka_DescribeConsumerGroups_result_groups(
      rd_kafka_event_DescribeConsumerGroups_result(event->get()), &count);
  std::map<std::string, absl::StatusOr<GroupState>> states;
  bool any_absent = false;
  for (size_t i = 0; i < count; ++i) {
    const char* group =
        rd_kafka_ConsumerGroupDescription_group_id(descriptions[i]);
    absl::Status status =
        KafkaError(rd_kafka_ConsumerGroupDescription_error(descriptions[i]),
                   client_->Context(GroupSubject(group)));
    const GroupState state =
        ToState(rd_kafka_ConsumerGroupDescription_state(descriptions[i]));
    any_absent |= status.ok() && state == GroupState::kAbsent;
    states[group] = status.ok() ? absl::StatusOr<GroupState>(state) : status;
  }
  // Before librdkafka 2.10 groups of the new protocol (KIP-848) are described
  // as dead, but listed as what they are.
  absl::StatusOr<std::map<std::string, GroupState>> listed;
  if (any_absent) listed = ListStates();
  std::vector<absl::StatusOr<GroupState>> results;
  for (const std::string& group : groups) {
    absl::StatusOr<GroupState> state = states[group];
    if (state.ok() && *state == GroupState::kAbsent) {
      if (!listed.ok()) {
        state = listed.status();
      } else if (const auto it = listed->find(group); it != listed->end()) {
        state = it->second;
      }
    }
    results.push_back(std::move(state));
  }
  return results;
}

std::vector<absl::StatusOr<GroupOffsets>> KafkaGroupAdmin::ListGroupOffsets(
    absl::Span<const std::string> groups) {
  std::vector<absl::StatusOr<GroupOffsets>> results(groups.size());
  AdminCall call(client_.get(), RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPOFFSETS,
                 "list group offsets");
  size_t sent = 0;
  for (size_t received = 0; received < groups.size(); ++received) {
    for (; sent < groups.size() && sent - received < kMaxOutstanding; ++sent) {
      ListGroupOffsetsPtr request(rd_kafka_ListConsumerGroupOffsets_new(
          groups[sent].c_str(), /*partitions=*/nullptr));
      rd_kafka_ListConsumerGroupOffsets_t* raw = request.get();
      rd_kafka_AdminOptions_set_opaque(call.options(),
                                       reinterpret_cast<void*>(sent));
      rd_kafka_ListConsumerGroupOffsets(call.handle(), &raw, 1, call.options(),
                                        call.queue());
    }
    absl::StatusOr<EventPtr> event = call.AwaitEvent();
    if (!event.ok()) {
      // Results that have come stay; the initial value of the others is an
      // error without a message.
      for (auto& result : results) {
        if (!result.ok() && result.status().message().empty()) {
          result = event.status();
        }
      }
      return results;
    }
    const auto index =
        reinterpret_cast<size_t>(rd_kafka_event_opaque(event->get()));
    results[index] = OffsetsOf(event->get(), groups[index]);
  }
  return results;
}

absl::StatusOr<GroupOffsets> KafkaGroupAdmin::OffsetsOf(
    rd_kafka_event_t* event, const std::string& group) const {
  const std::string context = client_->Context(GroupSubject(group));
  absl::Status status = KafkaError(rd_kafka_event_error(event), context);
  if (!status.ok()) return status;
  size_t count = 0;
  const rd_kafka_group_result_t** results =
      rd_kafka_ListConsumerGroupOffsets_result_groups(
          rd_kafka_event_ListConsumerGroupOffsets_result(event), &count);
  if (count != 1) return absl::InternalError(context + ": no answer");
  status = KafkaError(rd_kafka_group_result_error(results[0]), context);
  if (!status.ok()) return status;
  return ToOffsets(*rd_kafka_group_result_partitions(results[0]));
}

absl::StatusOr<std::map<TopicPartition, absl::Status>>
KafkaGroupAdmin::AlterGroupOffsets(const std::string& group,
                                   const GroupOffsets& offsets) {
  std::map<TopicPartition, absl::Status> results;
  if (offsets.empty()) return results;
  const std::string context = client_->Context(GroupSubject(group));
  PartitionListPtr list = ToList(offsets);
  AlterGroupOffsetsPtr request(
      rd_kafka_AlterConsumerGroupOffsets_new(group.c_str(), list.get()));
  AdminCall call(client_.get(), RD_KAFKA_ADMIN_OP_ALTERCONSUMERGROUPOFFSETS,
                 "set group offsets");
  rd_kafka_AlterConsumerGroupOffsets_t* raw = request.get();
  rd_kafka_AlterConsumerGroupOffsets(call.handle(), &raw, 1, call.options(),
                                     call.queue());
  absl::StatusOr<EventPtr> event = call.Await();
  if (!event.ok()) return event.status();
  size_t count = 0;
  const rd_kafka_group_result_t** groups =
      rd_kafka_AlterConsumerGroupOffsets_result_groups(
          rd_kafka_event_AlterConsumerGroupOffsets_result(event->get()),
          &count);
  if (count != 1) return absl::InternalError(context + ": no answer");
  absl::Status status =
      KafkaError(rd_kafka_group_result_error(groups[0]), context);
  if (!status.ok()) return status;
  const rd_kafka_topic_partition_list_t* partitions =
      rd_kafka_group_result_partitions(groups[0]);
  for (int i = 0; i < partitions->cnt; ++i) {
    const rd_kafka_topic_partition_t& element = partitions->elems[i];
    const TopicPartition partition = {element.topic, element.partition};
    results[partition] = KafkaError(
        element.err, absl::StrCat(context, ": ", partition.ToString()));
  }
  return results;
}

}  // namespace mirror::internal
