// SPDX-License-Identifier: Apache-2.0
//
// librdkafka's C objects as unique_ptrs, so that each is destroyed exactly once
// on every path. Also the one place that includes rdkafka.h and states which
// release it must be.
//
//   PartitionListPtr list(rd_kafka_topic_partition_list_new(1));
//   ErrorPtr error(rd_kafka_incremental_assign(rk, list.get()));

#ifndef MIRROR_KAFKA_HANDLES_H_
#define MIRROR_KAFKA_HANDLES_H_

#include <librdkafka/rdkafka.h>

#include <memory>
#include <vector>

// Older releases lose records, hang on deleted topics, or do not see that a
// source was truncated (docs/dependencies.md).
#define MIRROR_KAFKA_MINIMUM_VERSION 0x020800ff
#if RD_KAFKA_VERSION < MIRROR_KAFKA_MINIMUM_VERSION
#error "librdkafka 2.8.0 or newer is required; run tools/setup"
#endif

namespace mirror::internal {

// Calls a C destroy function as a deleter.
template <auto kDestroy>
struct Destroy {
  template <typename T>
  void operator()(T* object) const {
    kDestroy(object);
  }
};

using ConfPtr =
    std::unique_ptr<rd_kafka_conf_t, Destroy<rd_kafka_conf_destroy>>;
using TopicPtr =
    std::unique_ptr<rd_kafka_topic_t, Destroy<rd_kafka_topic_destroy>>;
using QueuePtr =
    std::unique_ptr<rd_kafka_queue_t, Destroy<rd_kafka_queue_destroy>>;
using EventPtr =
    std::unique_ptr<rd_kafka_event_t, Destroy<rd_kafka_event_destroy>>;
using MessagePtr =
    std::unique_ptr<rd_kafka_message_t, Destroy<rd_kafka_message_destroy>>;
using HeadersPtr =
    std::unique_ptr<rd_kafka_headers_t, Destroy<rd_kafka_headers_destroy>>;
using ErrorPtr =
    std::unique_ptr<rd_kafka_error_t, Destroy<rd_kafka_error_destroy>>;
using PartitionListPtr =
    std::unique_ptr<rd_kafka_topic_partition_list_t,
                    Destroy<rd_kafka_topic_partition_list_destroy>>;
using AdminOptionsPtr = std::unique_ptr<rd_kafka_AdminOptions_t,
                                        Destroy<rd_kafka_AdminOptions_destroy>>;

using NewTopicPtr =
    std::unique_ptr<rd_kafka_NewTopic_t, Destroy<rd_kafka_NewTopic_destroy>>;
using NewPartitionsPtr =
    std::unique_ptr<rd_kafka_NewPartitions_t,
                    Destroy<rd_kafka_NewPartitions_destroy>>;
using DeleteTopicPtr = std::unique_ptr<rd_kafka_DeleteTopic_t,
                                       Destroy<rd_kafka_DeleteTopic_destroy>>;
using ConfigResourcePtr =
    std::unique_ptr<rd_kafka_ConfigResource_t,
                    Destroy<rd_kafka_ConfigResource_destroy>>;
using TopicCollectionPtr =
    std::unique_ptr<rd_kafka_TopicCollection_t,
                    Destroy<rd_kafka_TopicCollection_destroy>>;
using MetadataPtr = std::unique_ptr<const rd_kafka_metadata_t,
                                    Destroy<rd_kafka_metadata_destroy>>;
using ListGroupOffsetsPtr =
    std::unique_ptr<rd_kafka_ListConsumerGroupOffsets_t,
                    Destroy<rd_kafka_ListConsumerGroupOffsets_destroy>>;
using AlterGroupOffsetsPtr =
    std::unique_ptr<rd_kafka_AlterConsumerGroupOffsets_t,
                    Destroy<rd_kafka_AlterConsumerGroupOffsets_destroy>>;
// Also of filters, which are the same to librdkafka.
using AclBindingPtr = std::unique_ptr<rd_kafka_AclBinding_t,
                                      Destroy<rd_kafka_AclBinding_destroy>>;

// The array that librdkafka's admin requests take; `pointers` still own.
template <typename Pointers>
auto RawPointers(const Pointers& pointers) {
  std::vector<typename Pointers::value_type::pointer> raw;
  for (const auto& pointer : pointers) raw.push_back(pointer.get());
  return raw;
}

}  // namespace mirror::internal

#endif  // MIRROR_KAFKA_HANDLES_H_
