// SPDX-License-Identifier: Apache-2.0
//
// What applications do to a cluster and a mirror never does, on librdkafka
// directly. Each call ends the program if it fails: it is the test's setting,
// not its subject.

#ifndef TESTS_SUPPORT_RAW_CLIENT_H_
#define TESTS_SUPPORT_RAW_CLIENT_H_

#include <cstdint>
#include <memory>
#include <string>

#include "mirror/model/topic_partition.h"

struct rd_kafka_s;

namespace mirror::internal::testing {

// A transaction that is open: others may write behind it. Without End() it ends
// when the cluster's patience does.
class RawTransaction {
 public:
  // Writes `count` records, with "t" and their offset as values, and returns
  // when they are in the log. No other client may write to the partition
  // meanwhile.
  RawTransaction(const std::string& bootstrap_servers, const TopicPartition& tp,
                 int count);
  ~RawTransaction();
  RawTransaction(const RawTransaction&) = delete;
  RawTransaction& operator=(const RawTransaction&) = delete;

  // Returns when the marker is in the log; the same about other clients.
  void End(bool commit);

 private:
  rd_kafka_s* const producer_;
  const TopicPartition tp_;
};

// Opens one and ends it.
void AppendAborted(const std::string& bootstrap_servers,
                   const TopicPartition& tp, int count);
void AppendCommitted(const std::string& bootstrap_servers,
                     const TopicPartition& tp, int count);

// Writes one record with one header, whose name may hold any byte.
void AppendWithHeader(const std::string& bootstrap_servers,
                      const TopicPartition& tp, const std::string& name,
                      const std::string& value);

// A consumer as librdkafka has it, with nothing of ours around it.
class RawReader {
 public:
  RawReader(const std::string& bootstrap_servers, const TopicPartition& tp,
            int64_t offset);
  ~RawReader();
  RawReader(const RawReader&) = delete;
  RawReader& operator=(const RawReader&) = delete;

  // The next record's value; ends the program after a minute without one.
  std::string Next();

  // Whether it fetches nothing, so that what happens meanwhile is over before
  // it looks.
  void SetPaused(bool paused);

 private:
  rd_kafka_s* const consumer_;
};

// Moves the start of the log.
void DeleteRecordsBefore(const std::string& bootstrap_servers,
                         const TopicPartition& tp, int64_t offset);

// Sets a topic's config, e.g. max.message.bytes; an empty value sets it back.
void SetTopicConfig(const std::string& bootstrap_servers,
                    const std::string& topic, const std::string& name,
                    const std::string& value);

// Sets a config of the single broker while it runs.
void SetBrokerConfig(const std::string& bootstrap_servers,
                     const std::string& name, const std::string& value);

// Adds a SCRAM user or changes the password, for SCRAM-SHA-256 and -512, and
// returns when the broker knows.
void SetScramPassword(const std::string& bootstrap_servers,
                      const std::string& user, const std::string& password);

// Takes an operation on a topic from everybody, and gives all operations back.
// The broker needs an authorizer that allows what no ACL speaks of.
enum class AclOperation { kWrite, kCreate, kAlterConfigs, kDescribeConfigs };
void Deny(const std::string& bootstrap_servers, const std::string& topic,
          AclOperation operation);
void AllowAll(const std::string& bootstrap_servers, const std::string& topic);

// Returns once the cluster can keep offsets of `group`, which it does not
// commit.
void AwaitGroupCoordinator(const std::string& bootstrap_servers,
                           const std::string& group);

// The same for every group.
void AwaitGroupCoordinators(const std::string& bootstrap_servers);

// A member of a consumer group; it leaves when destroyed.
class GroupMember {
 public:
  // Returns once the group has given the member its partitions of `topic`.
  GroupMember(const std::string& bootstrap_servers, const std::string& group,
              const std::string& topic);
  ~GroupMember();
  GroupMember(const GroupMember&) = delete;
  GroupMember& operator=(const GroupMember&) = delete;

 private:
  rd_kafka_s* const consumer_;
};

}  // namespace mirror::internal::testing

#endif  // TESTS_SUPPORT_RAW_CLIENT_H_
