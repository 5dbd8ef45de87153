// SPDX-License-Identifier: Apache-2.0

#include "tests/support/raw_client.h"

#include <librdkafka/rdkafka.h>

#include <cstdio>
#include <cstdlib>
#include <map>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace mirror::internal::testing {
namespace {

using Client = std::unique_ptr<rd_kafka_t, decltype(&rd_kafka_destroy)>;

void Check(bool ok, const char* what, const char* why = "") {
  if (ok) return;
  std::fprintf(stderr, "raw client: %s: %s\n", what, why);
  std::abort();
}

// Takes over `error`.
void CheckOk(rd_kafka_error_t* error, const char* what) {
  Check(error == nullptr, what,
        error == nullptr ? "" : rd_kafka_error_string(error));
}

Client NewClient(rd_kafka_type_t type,
                 const std::map<std::string, std::string>& settings) {
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  char why[512] = "";
  for (const auto& [name, value] : settings) {
    Check(rd_kafka_conf_set(conf, name.c_str(), value.c_str(), why,
                            sizeof(why)) == RD_KAFKA_CONF_OK,
          "setting", why);
  }
  rd_kafka_t* client = rd_kafka_new(type, conf, why, sizeof(why));
  Check(client != nullptr, "client", why);
  return Client(client, &rd_kafka_destroy);
}

// One past the last record or marker in the log.
int64_t LogEnd(rd_kafka_t* client, const TopicPartition& tp) {
  rd_kafka_topic_partition_list_t* list = rd_kafka_topic_partition_list_new(1);
  rd_kafka_topic_partition_list_add(list, tp.topic.c_str(), tp.partition)
      ->offset = RD_KAFKA_OFFSET_SPEC_LATEST;
  rd_kafka_queue_t* queue = rd_kafka_queue_new(client);
  rd_kafka_ListOffsets(client, list, nullptr, queue);
  rd_kafka_event_t* event = rd_kafka_queue_poll(queue, 30000);
  Check(event != nullptr, "list offsets", "no answer");
  size_t count = 0;
  const auto* infos = rd_kafka_ListOffsets_result_infos(
      rd_kafka_event_ListOffsets_result(event), &count);
  Check(count == 1, "list offsets", rd_kafka_event_error_string(event));
  const int64_t offset =
      rd_kafka_ListOffsetsResultInfo_topic_partition(infos[0])->offset;
  rd_kafka_event_destroy(event);
  rd_kafka_queue_destroy(queue);
  rd_kafka_topic_partition_list_destroy(list);
  return offset;
}

Client NewAdmin(const std::string& bootstrap_servers) {
  return NewClient(RD_KAFKA_PRODUCER, {{"bootstrap.servers", bootstrap_servers},
                                       {"enable.metrics.push", "false"}});
}

// An admin request and its answer.
class Request {
 public:
  explicit Request(rd_kafka_t* client) : queue_(rd_kafka_queue_new(client)) {}
  ~Request() {
    if (event_ != nullptr) rd_kafka_event_destroy(event_);
    rd_kafka_queue_destroy(queue_);
  }
  Request(const Request&) = delete;
  Request& operator=(const Request&) = delete;

  rd_kafka_queue_t* queue() { return queue_; }
  rd_kafka_event_t* Await(const char* what) {
    event_ = rd_kafka_queue_poll(queue_, 30000);
    Check(event_ != nullptr, what, "no answer");
    Check(rd_kafka_event_error(event_) == RD_KAFKA_RESP_ERR_NO_ERROR, what,
          rd_kafka_event_error_string(event_));
    return event_;
  }

 private:
  rd_kafka_queue_t* const queue_;
  rd_kafka_event_t* event_ = nullptr;
};

constexpr char kCluster[] = "kafka-cluster";

struct Acl {
  rd_kafka_ResourceType_t type;
  const char* resource;
  rd_kafka_AclOperation_t operation;
  rd_kafka_AclPermissionType_t permission;
};

void CreateAcls(rd_kafka_t* client, const std::vector<Acl>& acls) {
  std::vector<rd_kafka_AclBinding_t*> bindings;
  char why[512] = "";
  for (const Acl& acl : acls) {
    bindings.push_back(rd_kafka_AclBinding_new(
        acl.type, acl.resource, RD_KAFKA_RESOURCE_PATTERN_LITERAL, "User:*",
        "*", acl.operation, acl.permission, why, sizeof(why)));
    Check(bindings.back() != nullptr, "acl", why);
  }
  Request request(client);
  rd_kafka_CreateAcls(client, bindings.data(), bindings.size(), nullptr,
                      request.queue());
  size_t count = 0;
  const auto* results = rd_kafka_CreateAcls_result_acls(
      rd_kafka_event_CreateAcls_result(request.Await("create acls")), &count);
  for (size_t i = 0; i < count; ++i) {
    const rd_kafka_error_t* error = rd_kafka_acl_result_error(results[i]);
    Check(error == nullptr, "create acls",
          error == nullptr ? "" : rd_kafka_error_string(error));
  }
  rd_kafka_AclBinding_destroy_array(bindings.data(), bindings.size());
}

void DeleteAcls(rd_kafka_t* client, rd_kafka_ResourceType_t type,
                const char* resource) {
  char why[512] = "";
  rd_kafka_AclBindingFilter_t* filter = rd_kafka_AclBindingFilter_new(
      type, resource, RD_KAFKA_RESOURCE_PATTERN_LITERAL, nullptr, nullptr,
      RD_KAFKA_ACL_OPERATION_ANY, RD_KAFKA_ACL_PERMISSION_TYPE_ANY, why,
      sizeof(why));
  Check(filter != nullptr, "acl filter", why);
  Request request(client);
  rd_kafka_DeleteAcls(client, &filter, 1, nullptr, request.queue());
  request.Await("delete acls");
  rd_kafka_AclBinding_destroy(filter);
}

rd_kafka_AclOperation_t ToKafka(AclOperation operation) {
  switch (operation) {
    case AclOperation::kWrite:
      return RD_KAFKA_ACL_OPERATION_WRITE;
    case AclOperation::kCreate:
      return RD_KAFKA_ACL_OPERATION_CREATE;
    case AclOperation::kAlterConfigs:
      return RD_KAFKA_ACL_OPERATION_ALTER_CONFIGS;
    case AclOperation::kDescribeConfigs:
      return RD_KAFKA_ACL_OPERATION_DESCRIBE_CONFIGS;
  }
  return RD_KAFKA_ACL_OPERATION_ALL;
}

void SetConfig(const std::string& bootstrap_servers,
               rd_kafka_ResourceType_t type, const std::string& resource_name,
               const std::string& name, const std::string& value) {
  const Client client = NewAdmin(bootstrap_servers);
  rd_kafka_ConfigResource_t* resource =
      rd_kafka_ConfigResource_new(type, resource_name.c_str());
  CheckOk(rd_kafka_ConfigResource_add_incremental_config(
              resource, name.c_str(),
              value.empty() ? RD_KAFKA_ALTER_CONFIG_OP_TYPE_DELETE
                            : RD_KAFKA_ALTER_CONFIG_OP_TYPE_SET,
              value.empty() ? nullptr : value.c_str()),
          "config");
  Request request(client.get());
  rd_kafka_IncrementalAlterConfigs(client.get(), &resource, 1, nullptr,
                                   request.queue());
  size_t count = 0;
  const auto* results = rd_kafka_IncrementalAlterConfigs_result_resources(
      rd_kafka_event_IncrementalAlterConfigs_result(
          request.Await("alter configs")),
      &count);
  for (size_t i = 0; i < count; ++i) {
    Check(
        rd_kafka_ConfigResource_error(results[i]) == RD_KAFKA_RESP_ERR_NO_ERROR,
        "alter configs", rd_kafka_ConfigResource_error_string(results[i]));
  }
  rd_kafka_ConfigResource_destroy(resource);
}

}  // namespace

void SetTopicConfig(const std::string& bootstrap_servers,
                    const std::string& topic, const std::string& name,
                    const std::string& value) {
  SetConfig(bootstrap_servers, RD_KAFKA_RESOURCE_TOPIC, topic, name, value);
}

void SetBrokerConfig(const std::string& bootstrap_servers,
                     const std::string& name, const std::string& value) {
  SetConfig(bootstrap_servers, RD_KAFKA_RESOURCE_BROKER, "1", name, value);
}

void SetScramPassword(const std::string& bootstrap_servers,
                      const std::string& user, const std::string& password) {
  const Client client = NewAdmin(bootstrap_servers);
  constexpr int32_t kIterations = 4096;
  // A broker takes one change of a user per request.
  for (const auto mechanism :
       {RD_KAFKA_SCRAM_MECHANISM_SHA_256, RD_KAFKA_SCRAM_MECHANISM_SHA_512}) {
    auto* change = rd_kafka_UserScramCredentialUpsertion_new(
        user.c_str(), mechanism, kIterations,
        reinterpret_cast<const unsigned char*>(password.data()),
        password.size(), nullptr, 0);
    Request request(client.get());
    rd_kafka_AlterUserScramCredentials(client.get(), &change, 1, nullptr,
                                       request.queue());
    size_t count = 0;
    const auto* responses = rd_kafka_AlterUserScramCredentials_result_responses(
        rd_kafka_event_AlterUserScramCredentials_result(
            request.Await("alter SCRAM users")),
        &count);
    Check(count == 1, "alter SCRAM users");
    const rd_kafka_error_t* error =
        rd_kafka_AlterUserScramCredentials_result_response_error(responses[0]);
    // An error object that says that there was none.
    Check(rd_kafka_error_code(error) == RD_KAFKA_RESP_ERR_NO_ERROR,
          "alter SCRAM users", rd_kafka_error_name(error));
    rd_kafka_UserScramCredentialAlteration_destroy(change);
  }
}

void Deny(const std::string& bootstrap_servers, const std::string& topic,
          AclOperation operation) {
  const Client client = NewAdmin(bootstrap_servers);
  const bool create = operation == AclOperation::kCreate;
  const rd_kafka_AclOperation_t denied = ToKafka(operation);
  // One ACL on a resource ends the rule that everybody may do everything.
  std::vector<Acl> acls = {
      {RD_KAFKA_RESOURCE_TOPIC, topic.c_str(), RD_KAFKA_ACL_OPERATION_ALL,
       RD_KAFKA_ACL_PERMISSION_TYPE_ALLOW},
      {RD_KAFKA_RESOURCE_TOPIC, topic.c_str(), denied,
       RD_KAFKA_ACL_PERMISSION_TYPE_DENY}};
  // Who may create topics in the cluster may create each.
  if (create) {
    acls.push_back({RD_KAFKA_RESOURCE_BROKER, kCluster,
                    RD_KAFKA_ACL_OPERATION_ALL,
                    RD_KAFKA_ACL_PERMISSION_TYPE_ALLOW});
    acls.push_back({RD_KAFKA_RESOURCE_BROKER, kCluster, denied,
                    RD_KAFKA_ACL_PERMISSION_TYPE_DENY});
  }
  CreateAcls(client.get(), acls);
}

void AllowAll(const std::string& bootstrap_servers, const std::string& topic) {
  const Client client = NewAdmin(bootstrap_servers);
  DeleteAcls(client.get(), RD_KAFKA_RESOURCE_TOPIC, topic.c_str());
  DeleteAcls(client.get(), RD_KAFKA_RESOURCE_BROKER, kCluster);
}

RawTransaction::RawTransaction(const std::string& bootstrap_servers,
                               const TopicPartition& tp, int count)
    : producer_(NewClient(RD_KAFKA_PRODUCER,
                          {{"bootstrap.servers", bootstrap_servers},
                           {"enable.metrics.push", "false"},
                           {"transactional.id", "raw-" + tp.ToString()}})
                    .release()),
      tp_(tp) {
  CheckOk(rd_kafka_init_transactions(producer_, 30000), "init");
  CheckOk(rd_kafka_begin_transaction(producer_), "begin");
  const int64_t begin = LogEnd(producer_, tp);
  for (int i = 0; i < count; ++i) {
    const std::string value = absl::StrCat("t", begin + i);
    Check(rd_kafka_producev(
              producer_, RD_KAFKA_V_TOPIC(tp.topic.c_str()),
              RD_KAFKA_V_PARTITION(tp.partition),
              RD_KAFKA_V_VALUE(const_cast<char*>(value.data()), value.size()),
              RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
              RD_KAFKA_V_END) == RD_KAFKA_RESP_ERR_NO_ERROR,
          "produce");
  }
  // Otherwise an abort would drop the records unsent.
  Check(rd_kafka_flush(producer_, 30000) == RD_KAFKA_RESP_ERR_NO_ERROR,
        "flush");
}

RawTransaction::~RawTransaction() { rd_kafka_destroy(producer_); }

void RawTransaction::End(bool commit) {
  const int64_t end = LogEnd(producer_, tp_);
  CheckOk(commit ? rd_kafka_commit_transaction(producer_, 30000)
                 : rd_kafka_abort_transaction(producer_, 30000),
          "end of transaction");
  // The coordinator answers before the marker is written.
  while (LogEnd(producer_, tp_) <= end) continue;
}

void AppendAborted(const std::string& bootstrap_servers,
                   const TopicPartition& tp, int count) {
  RawTransaction(bootstrap_servers, tp, count).End(/*commit=*/false);
}

void AppendCommitted(const std::string& bootstrap_servers,
                     const TopicPartition& tp, int count) {
  RawTransaction(bootstrap_servers, tp, count).End(/*commit=*/true);
}

void AppendWithHeader(const std::string& bootstrap_servers,
                      const TopicPartition& tp, const std::string& name,
                      const std::string& value) {
  const Client producer =
      NewClient(RD_KAFKA_PRODUCER, {{"bootstrap.servers", bootstrap_servers},
                                    {"enable.metrics.push", "false"}});
  rd_kafka_headers_t* headers = rd_kafka_headers_new(1);
  rd_kafka_header_add(headers, name.data(), static_cast<ssize_t>(name.size()),
                      value.data(), static_cast<ssize_t>(value.size()));
  Check(rd_kafka_producev(producer.get(), RD_KAFKA_V_TOPIC(tp.topic.c_str()),
                          RD_KAFKA_V_PARTITION(tp.partition),
                          RD_KAFKA_V_HEADERS(headers),
                          RD_KAFKA_V_END) == RD_KAFKA_RESP_ERR_NO_ERROR,
        "produce");
  Check(rd_kafka_flush(producer.get(), 30000) == RD_KAFKA_RESP_ERR_NO_ERROR,
        "flush");
}

void DeleteRecordsBefore(const std::string& bootstrap_servers,
                         const TopicPartition& tp, int64_t offset) {
  const Client client =
      NewClient(RD_KAFKA_PRODUCER, {{"bootstrap.servers", bootstrap_servers},
                                    {"enable.metrics.push", "false"}});
  rd_kafka_topic_partition_list_t* list = rd_kafka_topic_partition_list_new(1);
  rd_kafka_topic_partition_list_add(list, tp.topic.c_str(), tp.partition)
      ->offset = offset;
  rd_kafka_DeleteRecords_t* request = rd_kafka_DeleteRecords_new(list);
  rd_kafka_queue_t* queue = rd_kafka_queue_new(client.get());
  rd_kafka_DeleteRecords(client.get(), &request, 1, nullptr, queue);
  rd_kafka_event_t* event = rd_kafka_queue_poll(queue, 30000);
  Check(event != nullptr, "delete records", "no answer");
  Check(rd_kafka_event_error(event) == RD_KAFKA_RESP_ERR_NO_ERROR,
        "delete records", rd_kafka_event_error_string(event));
  const rd_kafka_topic_partition_list_t* result =
      rd_kafka_DeleteRecords_result_offsets(
          rd_kafka_event_DeleteRecords_result(event));
  Check(result->elems[0].err == RD_KAFKA_RESP_ERR_NO_ERROR, "delete records",
        rd_kafka_err2str(result->elems[0].err));
  rd_kafka_event_destroy(event);
  rd_kafka_queue_destroy(queue);
  rd_kafka_DeleteRecords_destroy(request);
  rd_kafka_topic_partition_list_destroy(list);
}

void AwaitGroupCoordinator(const std::string& bootstrap_servers,
                           const std::string& group) {
  const Client consumer =
      NewClient(RD_KAFKA_CONSUMER, {{"bootstrap.servers", bootstrap_servers},
                                    {"enable.metrics.push", "false"},
                                    {"group.id", group}});
  rd_kafka_topic_partition_list_t* list = rd_kafka_topic_partition_list_new(1);
  rd_kafka_topic_partition_list_add(list, "any", 0);
  rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR_NO_ERROR;
  // While the coordinator loads, the answer is an error at once.
  for (int attempt = 0; attempt < 1000; ++attempt) {
    error = rd_kafka_committed(consumer.get(), list, 30000);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) break;
  }
  Check(error == RD_KAFKA_RESP_ERR_NO_ERROR, "committed offsets",
        rd_kafka_err2str(error));
  rd_kafka_topic_partition_list_destroy(list);
}

void AwaitGroupCoordinators(const std::string& bootstrap_servers) {
  // As Java hashes them, these are of all five partitions.
  for (const char* group : {"0", "1", "2", "3", "4"}) {
    AwaitGroupCoordinator(bootstrap_servers, group);
  }
}

RawReader::RawReader(const std::string& bootstrap_servers,
                     const TopicPartition& tp, int64_t offset)
    : consumer_(NewClient(RD_KAFKA_CONSUMER,
                          {{"bootstrap.servers", bootstrap_servers},
                           {"enable.metrics.push", "false"},
                           {"auto.offset.reset", "error"},
                           {"topic.metadata.refresh.interval.ms", "1000"},
                           {"group.id", "raw"}})
                    .release()) {
  rd_kafka_topic_partition_list_t* list = rd_kafka_topic_partition_list_new(1);
  rd_kafka_topic_partition_list_add(list, tp.topic.c_str(), tp.partition)
      ->offset = offset;
  CheckOk(rd_kafka_incremental_assign(consumer_, list), "assign");
  rd_kafka_topic_partition_list_destroy(list);
}

RawReader::~RawReader() { rd_kafka_destroy(consumer_); }

std::string RawReader::Next() {
  const absl::Time deadline = absl::Now() + absl::Minutes(1);
  while (absl::Now() < deadline) {
    rd_kafka_message_t* message = rd_kafka_consumer_poll(consumer_, 1000);
    if (message == nullptr) continue;
    const bool is_record = message->err == RD_KAFKA_RESP_ERR_NO_ERROR;
    const std::string value(static_cast<const char*>(message->payload),
                            message->len);
    rd_kafka_message_destroy(message);
    if (is_record) return value;
  }
  Check(false, "read", "no record within a minute");
  return "";
}

void RawReader::SetPaused(bool paused) {
  rd_kafka_topic_partition_list_t* all = nullptr;
  rd_kafka_assignment(consumer_, &all);
  Check((paused ? rd_kafka_pause_partitions(consumer_, all)
                : rd_kafka_resume_partitions(consumer_, all)) ==
            RD_KAFKA_RESP_ERR_NO_ERROR,
        "pause");
  rd_kafka_topic_partition_list_destroy(all);
}

GroupMember::GroupMember(const std::string& bootstrap_servers,
                         const std::string& group, const std::string& topic)
    : consumer_(NewClient(RD_KAFKA_CONSUMER,
                          {{"bootstrap.servers", bootstrap_servers},
                           {"enable.metrics.push", "false"},
                           {"enable.auto.commit", "false"},
                           {"group.id", group}})
                    .release()) {
  rd_kafka_topic_partition_list_t* list = rd_kafka_topic_partition_list_new(1);
  rd_kafka_topic_partition_list_add(list, topic.c_str(), RD_KAFKA_PARTITION_UA);
  Check(rd_kafka_subscribe(consumer_, list) == RD_KAFKA_RESP_ERR_NO_ERROR,
        "subscribe");
  rd_kafka_topic_partition_list_destroy(list);
  for (bool joined = false; !joined;) {
    rd_kafka_message_t* message = rd_kafka_consumer_poll(consumer_, 100);
    if (message != nullptr) rd_kafka_message_destroy(message);
    rd_kafka_topic_partition_list_t* assigned = nullptr;
    rd_kafka_assignment(consumer_, &assigned);
    joined = assigned->cnt > 0;
    rd_kafka_topic_partition_list_destroy(assigned);
  }
}

GroupMember::~GroupMember() {
  rd_kafka_consumer_close(consumer_);
  rd_kafka_destroy(consumer_);
}

}  // namespace mirror::internal::testing
