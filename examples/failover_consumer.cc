// SPDX-License-Identifier: Apache-2.0
//
// A consumer application with a librdkafka consumer of its own, which moves to
// the standby when the primary is gone and resumes at the next record, by one
// call of TranslateOffsets. docs/failover.md explains it.
//
//   failover_consumer PRIMARY STANDBY GROUP TOPIC   prints records until
//   SIGTERM

#include <librdkafka/rdkafka.h>
#include <signal.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>

#include "mirror/client/mirror_client.h"

namespace {

std::atomic<bool> stopping{false};
std::atomic<bool> cluster_is_gone{false};

[[noreturn]] void Die(const std::string& why) {
  std::fprintf(stderr, "failover_consumer: %s\n", why.c_str());
  std::exit(1);
}

// An application had better ask an operator before it moves.
void OnError(rd_kafka_t*, int error, const char*, void*) {
  if (error == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) cluster_is_gone = true;
}

// Begins where the group stood on the primary, unless it has come further here
// already. What has no position begins at its start (auto.offset.reset).
void OnRebalance(rd_kafka_t* consumer, rd_kafka_resp_err_t what,
                 rd_kafka_topic_partition_list_t* partitions, void* opaque) {
  if (what != RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
    rd_kafka_assign(consumer, nullptr);
    return;
  }
  const auto& positions = *static_cast<mirror::GroupPositions*>(opaque);
  rd_kafka_committed(consumer, partitions, 10000);
  for (int i = 0; i < partitions->cnt; ++i) {
    rd_kafka_topic_partition_t& partition = partitions->elems[i];
    const auto found = positions.find({partition.topic, partition.partition});
    if (found == positions.end() || !found->second.known()) continue;
    partition.offset = std::max(partition.offset, found->second.offset.value());
  }
  rd_kafka_assign(consumer, partitions);
}

rd_kafka_t* Subscribe(const std::string& servers, const std::string& group,
                      const std::string& topic,
                      mirror::GroupPositions* positions) {
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  char why[512] = "";
  const std::pair<const char*, std::string> settings[] = {
      {"bootstrap.servers", servers},
      {"group.id", group},
      {"auto.offset.reset", "earliest"},
      {"auto.commit.interval.ms", "1000"}};
  for (const auto& [name, value] : settings) {
    rd_kafka_conf_set(conf, name, value.c_str(), why, sizeof(why));
  }
  rd_kafka_conf_set_error_cb(conf, OnError);
  rd_kafka_conf_set_rebalance_cb(conf, OnRebalance);
  rd_kafka_conf_set_opaque(conf, positions);
  auto* consumer = rd_kafka_new(RD_KAFKA_CONSUMER, conf, why, sizeof(why));
  if (consumer == nullptr) Die(why);
  rd_kafka_poll_set_consumer(consumer);
  auto* topics = rd_kafka_topic_partition_list_new(1);
  rd_kafka_topic_partition_list_add(topics, topic.c_str(), -1);
  rd_kafka_subscribe(consumer, topics);
  rd_kafka_topic_partition_list_destroy(topics);
  return consumer;
}

// What the mirror never copied is not met here, however exact the position.
void LogSkipped(const mirror::GroupPositions& positions) {
  for (const auto& [partition, position] : positions) {
    for (const mirror::SkippedRange& range : position.skipped) {
      std::cerr << "failover_consumer: " << partition
                << ": records of the primary that are not here: " << range
                << "\n";
    }
  }
}

// Handles records until asked to stop, or until the cluster is gone.
void Consume(rd_kafka_t* consumer) {
  while (!stopping && !cluster_is_gone) {
    rd_kafka_message_t* message = rd_kafka_consumer_poll(consumer, 100);
    if (message == nullptr) continue;
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
      std::printf("%s %d %lld %.*s\n", rd_kafka_topic_name(message->rkt),
                  message->partition, static_cast<long long>(message->offset),
                  static_cast<int>(message->len),
                  static_cast<const char*>(message->payload));
      std::fflush(stdout);
    }
    rd_kafka_message_destroy(message);
  }
  // Leaves the group, which a cluster that is gone would not notice.
  if (!cluster_is_gone) rd_kafka_consumer_close(consumer);
  rd_kafka_destroy_flags(consumer, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) Die("wants PRIMARY STANDBY GROUP TOPIC");
  const std::string primary = argv[1], standby = argv[2], group = argv[3],
                    topic = argv[4];
  signal(SIGTERM, [](int) { stopping = true; });
  mirror::GroupPositions positions;  // none: as committed on the primary
  Consume(Subscribe(primary, group, topic, &positions));
  if (stopping) return 0;

  const auto client =
      mirror::MirrorClient::Create({{"bootstrap.servers", standby}}, nullptr);
  if (!client.ok()) Die(client.status().ToString());
  const auto found =
      (*client)->TranslateOffsets("primary", group, absl::Seconds(30));
  if (!found.ok()) Die(found.status().ToString());
  positions = *found;
  LogSkipped(positions);
  cluster_is_gone = false;
  const std::string copy =
      (*client)->policy().FormatRemoteTopic("primary", topic);
  Consume(Subscribe(standby, group, copy, &positions));
  return cluster_is_gone ? 1 : 0;
}
