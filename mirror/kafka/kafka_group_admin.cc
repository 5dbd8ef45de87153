// SPDX-License-Identifier: Apache-2.0

#include "mirror/kafka/kafka_group_admin.h"

#include <cstdint>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "mirror/kafka/error.h"

namespace mirror::internal {
namespace {

// Requests in flight at once: enough to hide round trips, and no flood.
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

// Results that have come stay; the initial value of the others is an error
// without a message.
template <typename T>
void SetUnanswered(const absl::Status& status,
                   std::vector<absl::StatusOr<T>>* results) {
  for (absl::StatusOr<T>& result : *results) {
    if (!result.ok() && result.status().message().empty()) result = status;
  }
}

}  // namespace

absl::StatusOr<std::map<std::string, GroupState>> KafkaGroupAdmin::ListStates(
    absl::Status* missing) {
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
  *missing = errors == 0
                 ? absl::OkStatus()
                 : KafkaError(reasons[0], client_->Context("list groups"));
  return states;
}

absl::StatusOr<std::vector<std::string>> KafkaGroupAdmin::ListGroups() {
  absl::Status missing;
  absl::StatusOr<std::map<std::string, GroupState>> states =
      ListStates(&missing);
  if (!states.ok()) return states.status();
  // Groups of the other brokers are better than none.
  if (states->empty() && !missing.ok()) return missing;
  std::vector<std::string> groups;
  for (const auto& [group, state] : *states) {
    if (state != GroupState::kAbsent) groups.push_back(group);
  }
  return groups;
}

std::vector<absl::StatusOr<GroupState>> KafkaGroupAdmin::DescribeGroups(
    absl::Span<const std::string> groups) {
  std::vector<absl::StatusOr<GroupState>> results;
  bool any_absent = false;
  for (size_t begin = 0; begin < groups.size(); begin += kMaxOutstanding) {
    const auto some = groups.subspan(begin, kMaxOutstanding);
    auto states = DescribeSome(some);
    for (const std::string& group : some) {
      results.push_back(std::move(states[group]));
      any_absent |=
          results.back().ok() && *results.back() == GroupState::kAbsent;
    }
  }
  if (!any_absent) return results;
  // Before librdkafka 2.10 groups of the new protocol (KIP-848) are described
  // as dead, but listed as what they are.
  absl::Status missing;
  const auto listed = ListStates(&missing);
  if (!listed.ok()) missing = listed.status();
  for (size_t i = 0; i < results.size(); ++i) {
    if (!results[i].ok() || *results[i] != GroupState::kAbsent) continue;
    if (listed.ok() && listed->count(groups[i]) > 0) {
      results[i] = listed->at(groups[i]);
    } else if (!missing.ok()) {
      results[i] = missing;
    }
  }
  return results;
}

std::map<std::string, absl::StatusOr<GroupState>> KafkaGroupAdmin::DescribeSome(
    absl::Span<const std::string> groups) {
  std::vector<const char*> names;
  for (const std::string& group : groups) names.push_back(group.c_str());
  AdminCall call(client_.get(), RD_KAFKA_ADMIN_OP_DESCRIBECONSUMERGROUPS,
                 "describe groups");
  rd_kafka_DescribeConsumerGroups(call.handle(), names.data(), names.size(),
                                  call.options(), call.queue());
  std::map<std::string, absl::StatusOr<GroupState>> states;
  absl::StatusOr<EventPtr> event = call.Await();
  if (!event.ok()) {
    for (const std::string& group : groups) states[group] = event.status();
    return states;
  }
  size_t count = 0;
  const auto* descriptions = rd_kafka_DescribeConsumerGroups_result_groups(
      rd_kafka_event_DescribeConsumerGroups_result(event->get()), &count);
  for (size_t i = 0; i < count; ++i) {
    const char* group =
        rd_kafka_ConsumerGroupDescription_group_id(descriptions[i]);
    absl::Status status =
        KafkaError(rd_kafka_ConsumerGroupDescription_error(descriptions[i]),
                   client_->Context(GroupSubject(group)));
    if (status.ok()) {
      states[group] =
          ToState(rd_kafka_ConsumerGroupDescription_state(descriptions[i]));
    } else {
      states[group] = std::move(status);
    }
  }
  return states;
}

absl::Status KafkaGroupAdmin::RunMany(
    rd_kafka_admin_op_t op, absl::string_view what, size_t count,
    absl::FunctionRef<void(size_t, AdminCall*)> send,
    absl::FunctionRef<void(size_t, rd_kafka_event_t*)> receive) {
  AdminCall call(client_.get(), op, what);
  size_t sent = 0;
  for (size_t received = 0; received < count; ++received) {
    for (; sent < count && sent - received < kMaxOutstanding; ++sent) {
      rd_kafka_AdminOptions_set_opaque(call.options(),
                                       reinterpret_cast<void*>(sent));
      send(sent, &call);
    }
    absl::StatusOr<EventPtr> event = call.AwaitEvent();
    if (!event.ok()) return event.status();
    receive(reinterpret_cast<size_t>(rd_kafka_event_opaque(event->get())),
            event->get());
  }
  return absl::OkStatus();
}

std::vector<absl::StatusOr<GroupOffsets>> KafkaGroupAdmin::ListGroupOffsets(
    absl::Span<const std::string> groups) {
  std::vector<absl::StatusOr<GroupOffsets>> results(groups.size());
  const absl::Status status = RunMany(
      RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPOFFSETS, "list group offsets",
      groups.size(),
      [&](size_t i, AdminCall* call) {
        ListGroupOffsetsPtr request(rd_kafka_ListConsumerGroupOffsets_new(
            groups[i].c_str(), /*partitions=*/nullptr));
        rd_kafka_ListConsumerGroupOffsets_t* raw = request.get();
        rd_kafka_ListConsumerGroupOffsets(call->handle(), &raw, 1,
                                          call->options(), call->queue());
      },
      [&](size_t i, rd_kafka_event_t* event) {
        results[i] = OffsetsOf(event, groups[i]);
      });
  SetUnanswered(status, &results);
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

std::vector<absl::StatusOr<GroupOffsetResults>>
KafkaGroupAdmin::AlterOffsetsOfGroups(
    absl::Span<const std::pair<std::string, GroupOffsets>> groups) {
  std::vector<absl::StatusOr<GroupOffsetResults>> results(groups.size());
  std::vector<size_t> asked;  // librdkafka takes no empty list
  for (size_t i = 0; i < groups.size(); ++i) {
    if (groups[i].second.empty()) {
      results[i] = GroupOffsetResults();
    } else {
      asked.push_back(i);
    }
  }
  const absl::Status status = RunMany(
      RD_KAFKA_ADMIN_OP_ALTERCONSUMERGROUPOFFSETS, "set group offsets",
      asked.size(),
      [&](size_t i, AdminCall* call) {
        const auto& [group, offsets] = groups[asked[i]];
        PartitionListPtr list = ToList(offsets);
        AlterGroupOffsetsPtr request(
            rd_kafka_AlterConsumerGroupOffsets_new(group.c_str(), list.get()));
        rd_kafka_AlterConsumerGroupOffsets_t* raw = request.get();
        rd_kafka_AlterConsumerGroupOffsets(call->handle(), &raw, 1,
                                           call->options(), call->queue());
      },
      [&](size_t i, rd_kafka_event_t* event) {
        results[asked[i]] = ResultsOf(event, groups[asked[i]].first);
      });
  SetUnanswered(status, &results);
  return results;
}

absl::StatusOr<GroupOffsetResults> KafkaGroupAdmin::ResultsOf(
    rd_kafka_event_t* event, const std::string& group) const {
  const std::string context = client_->Context(GroupSubject(group));
  absl::Status status = KafkaError(rd_kafka_event_error(event), context);
  if (!status.ok()) return status;
  size_t count = 0;
  const rd_kafka_group_result_t** groups =
      rd_kafka_AlterConsumerGroupOffsets_result_groups(
          rd_kafka_event_AlterConsumerGroupOffsets_result(event), &count);
  if (count != 1) return absl::InternalError(context + ": no answer");
  status = KafkaError(rd_kafka_group_result_error(groups[0]), context);
  if (!status.ok()) return status;
  const rd_kafka_topic_partition_list_t* partitions =
      rd_kafka_group_result_partitions(groups[0]);
  GroupOffsetResults results;
  for (int i = 0; i < partitions->cnt; ++i) {
    const rd_kafka_topic_partition_t& element = partitions->elems[i];
    const TopicPartition partition = {element.topic, element.partition};
    results[partition] = KafkaError(
        element.err, absl::StrCat(context, ": ", partition.ToString()));
  }
  return results;
}

}  // namespace mirror::internal
