// SPDX-License-Identifier: Apache-2.0
//
// Brokers that librdkafka plays itself, for tests of what no real broker can be
// made to do within milliseconds: slow answers, partitions without a leader.
//
//   MockBrokers brokers(2);
//   brokers.CreateTopic("orders", 3);
//   brokers.SetLeader({"orders", 0}, -1);

#ifndef MIRROR_KAFKA_MOCK_BROKERS_H_
#define MIRROR_KAFKA_MOCK_BROKERS_H_

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "mirror/model/topic_partition.h"

namespace mirror::internal {

// Thread safety: used by one thread.
class MockBrokers {
 public:
  // Kafka's api keys.
  static constexpr int16_t kListOffsets = 2;
  static constexpr int16_t kMetadata = 3;
  static constexpr int16_t kOffsetCommit = 8;
  static constexpr int16_t kJoinGroup = 11;
  static constexpr int16_t kHeartbeat = 12;
  static constexpr int16_t kInitProducerId = 22;

  explicit MockBrokers(int brokers) : brokers_(brokers) {
    char why[256] = "";
    owner_ =
        rd_kafka_new(RD_KAFKA_PRODUCER, rd_kafka_conf_new(), why, sizeof(why));
    mock_ = rd_kafka_mock_cluster_new(owner_, brokers);
    rd_kafka_mock_start_request_tracking(mock_);
    rd_kafka_mock_group_initial_rebalance_delay_ms(mock_, 0);
  }
  ~MockBrokers() {
    rd_kafka_mock_cluster_destroy(mock_);
    rd_kafka_destroy(owner_);
  }
  MockBrokers(const MockBrokers&) = delete;
  MockBrokers& operator=(const MockBrokers&) = delete;

  std::string servers() const {
    return rd_kafka_mock_cluster_bootstraps(mock_);
  }

  void CreateTopic(const std::string& topic, int partitions) {
    Check(rd_kafka_mock_topic_create(mock_, topic.c_str(), partitions, 1));
  }
  // -1: none.
  void SetLeader(const TopicPartition& tp, int32_t broker) {
    Check(rd_kafka_mock_partition_set_leader(mock_, tp.topic.c_str(),
                                             tp.partition, broker));
  }
  // How long every answer takes.
  void SetRoundTrip(absl::Duration time) {
    for (int32_t broker = 1; broker <= brokers_; ++broker) {
      Check(rd_kafka_mock_broker_set_rtt(
          mock_, broker, static_cast<int>(absl::ToInt64Milliseconds(time))));
    }
  }
  // The next `count` requests of this kind fail, of any client.
  void FailNext(int16_t api_key, int count, rd_kafka_resp_err_t error) {
    const std::vector<rd_kafka_resp_err_t> errors(count, error);
    rd_kafka_mock_push_request_errors_array(mock_, api_key, errors.size(),
                                            errors.data());
  }
  // How many requests of this kind have come since the last call.
  int TakeRequests(int16_t api_key) {
    size_t count = 0;
    rd_kafka_mock_request_t** requests =
        rd_kafka_mock_get_requests(mock_, &count);
    int found = 0;
    for (size_t i = 0; i < count; ++i) {
      if (rd_kafka_mock_request_api_key(requests[i]) == api_key) ++found;
    }
    rd_kafka_mock_request_destroy_array(requests, count);
    rd_kafka_mock_clear_requests(mock_);
    return found;
  }

 private:
  static void Check(rd_kafka_resp_err_t code) {
    EXPECT_EQ(code, RD_KAFKA_RESP_ERR_NO_ERROR) << rd_kafka_err2str(code);
  }

  const int32_t brokers_;
  rd_kafka_t* owner_ = nullptr;
  rd_kafka_mock_cluster_t* mock_ = nullptr;
};

}  // namespace mirror::internal

#endif  // MIRROR_KAFKA_MOCK_BROKERS_H_
