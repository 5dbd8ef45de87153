// SPDX-License-Identifier: Apache-2.0

#include "mirror/kafka/kafka_acl_admin.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "mirror/kafka/error.h"

namespace mirror::internal {
namespace {

// Controllers refuse a request that would write more than 10,000 records.
constexpr size_t kMaxPerRequest = 1000;
constexpr char kDescribe[] = "describe ACLs";

constexpr std::pair<AclResource, rd_kafka_ResourceType_t> kResources[] = {
    {AclResource::kTopic, RD_KAFKA_RESOURCE_TOPIC},
    {AclResource::kGroup, RD_KAFKA_RESOURCE_GROUP},
    {AclResource::kCluster, RD_KAFKA_RESOURCE_BROKER},
    {AclResource::kTransactionalId, RD_KAFKA_RESOURCE_TRANSACTIONAL_ID},
};
constexpr std::pair<AclPattern, rd_kafka_ResourcePatternType_t> kPatterns[] = {
    {AclPattern::kLiteral, RD_KAFKA_RESOURCE_PATTERN_LITERAL},
    {AclPattern::kPrefixed, RD_KAFKA_RESOURCE_PATTERN_PREFIXED},
};
constexpr std::pair<AclOperation, rd_kafka_AclOperation_t> kOperations[] = {
    {AclOperation::kAll, RD_KAFKA_ACL_OPERATION_ALL},
    {AclOperation::kRead, RD_KAFKA_ACL_OPERATION_READ},
    {AclOperation::kWrite, RD_KAFKA_ACL_OPERATION_WRITE},
    {AclOperation::kCreate, RD_KAFKA_ACL_OPERATION_CREATE},
    {AclOperation::kDelete, RD_KAFKA_ACL_OPERATION_DELETE},
    {AclOperation::kAlter, RD_KAFKA_ACL_OPERATION_ALTER},
    {AclOperation::kDescribe, RD_KAFKA_ACL_OPERATION_DESCRIBE},
    {AclOperation::kClusterAction, RD_KAFKA_ACL_OPERATION_CLUSTER_ACTION},
    {AclOperation::kDescribeConfigs, RD_KAFKA_ACL_OPERATION_DESCRIBE_CONFIGS},
    {AclOperation::kAlterConfigs, RD_KAFKA_ACL_OPERATION_ALTER_CONFIGS},
    {AclOperation::kIdempotentWrite, RD_KAFKA_ACL_OPERATION_IDEMPOTENT_WRITE},
};
constexpr std::pair<AclPermission, rd_kafka_AclPermissionType_t>
    kPermissions[] = {
        {AclPermission::kDeny, RD_KAFKA_ACL_PERMISSION_TYPE_DENY},
        {AclPermission::kAllow, RD_KAFKA_ACL_PERMISSION_TYPE_ALLOW},
};

// Every value of ours has its row.
template <typename Ours, typename Theirs, size_t kCount>
Theirs ToKafka(const std::pair<Ours, Theirs> (&table)[kCount], Ours value) {
  return std::find_if(std::begin(table), std::end(table),
                      [value](const auto& row) { return row.first == value; })
      ->second;
}

template <typename Ours, typename Theirs, size_t kCount>
std::optional<Ours> FromKafka(const std::pair<Ours, Theirs> (&table)[kCount],
                              Theirs value) {
  for (const auto& [ours, theirs] : table) {
    if (theirs == value) return ours;
  }
  return std::nullopt;
}

// Nothing if it is in terms that are not known here.
std::optional<AclBinding> FromKafka(const rd_kafka_AclBinding_t* acl) {
  const auto resource = FromKafka(kResources, rd_kafka_AclBinding_restype(acl));
  const auto pattern =
      FromKafka(kPatterns, rd_kafka_AclBinding_resource_pattern_type(acl));
  const auto operation =
      FromKafka(kOperations, rd_kafka_AclBinding_operation(acl));
  const auto permission =
      FromKafka(kPermissions, rd_kafka_AclBinding_permission_type(acl));
  if (!resource || !pattern || !operation || !permission) return std::nullopt;
  return AclBinding{*resource,
                    rd_kafka_AclBinding_name(acl),
                    *pattern,
                    rd_kafka_AclBinding_principal(acl),
                    rd_kafka_AclBinding_host(acl),
                    *operation,
                    *permission};
}

AclBindingPtr ToKafka(const AclBinding& acl) {
  char why[256];
  return AclBindingPtr(rd_kafka_AclBinding_new(
      ToKafka(kResources, acl.resource), acl.name.c_str(),
      ToKafka(kPatterns, acl.pattern), acl.principal.c_str(), acl.host.c_str(),
      ToKafka(kOperations, acl.operation),
      ToKafka(kPermissions, acl.permission), why, sizeof(why)));
}

// The results of requests about a part of `acls` each.
std::vector<absl::Status> InParts(
    absl::Span<const AclBinding> acls,
    absl::FunctionRef<std::vector<absl::Status>(absl::Span<const AclBinding>)>
        request) {
  std::vector<absl::Status> results;
  for (size_t begin = 0; begin < acls.size(); begin += kMaxPerRequest) {
    for (absl::Status& status : request(acls.subspan(begin, kMaxPerRequest))) {
      results.push_back(std::move(status));
    }
  }
  return results;
}

// What became of an ACL whose exact filter this answers.
absl::Status DeleteResult(const rd_kafka_DeleteAcls_result_response_t* response,
                          const std::string& context) {
  absl::Status status =
      KafkaError(rd_kafka_DeleteAcls_result_response_error(response), context);
  if (!status.ok()) return status;
  size_t count = 0;
  const rd_kafka_AclBinding_t** matching =
      rd_kafka_DeleteAcls_result_response_matching_acls(response, &count);
  if (count == 0) {
    return absl::NotFoundError(absl::StrCat(context, ": no such ACL"));
  }
  return KafkaError(rd_kafka_AclBinding_error(matching[0]), context);
}

}  // namespace

absl::StatusOr<std::vector<AclBinding>> KafkaAclAdmin::DescribeAcls(
    absl::Span<const AclResource> resources) {
  absl::StatusOr<std::vector<AclBinding>> acls = ListAll();
  if (acls.ok() && acls->empty()) {
    if (absl::Status status = CheckEmptyList(); !status.ok()) return status;
    acls = ListAll();  // in case that it could not be asked for a moment
  }
  if (!acls.ok()) return acls;
  acls->erase(std::remove_if(acls->begin(), acls->end(),
                             [&](const AclBinding& acl) {
                               return std::find(
                                          resources.begin(), resources.end(),
                                          acl.resource) == resources.end();
                             }),
              acls->end());
  std::sort(acls->begin(), acls->end());
  return acls;
}

absl::StatusOr<std::vector<AclBinding>> KafkaAclAdmin::ListAll() {
  char why[256] = "";
  // Of all types, as a list that is not empty is certainly one.
  const AclBindingPtr filter(rd_kafka_AclBindingFilter_new(
      RD_KAFKA_RESOURCE_ANY, nullptr, RD_KAFKA_RESOURCE_PATTERN_ANY, nullptr,
      nullptr, RD_KAFKA_ACL_OPERATION_ANY, RD_KAFKA_ACL_PERMISSION_TYPE_ANY,
      why, sizeof(why)));
  if (filter == nullptr) {
    return absl::InternalError(
        client_->Context(absl::StrCat(kDescribe, ": ", why)));
  }
  AdminCall call(client_.get(), RD_KAFKA_ADMIN_OP_DESCRIBEACLS, kDescribe);
  rd_kafka_DescribeAcls(call.handle(), filter.get(), call.options(),
                        call.queue());
  absl::StatusOr<EventPtr> event = call.Await();
  if (!event.ok()) return event.status();
  size_t count = 0;
  const rd_kafka_AclBinding_t** found = rd_kafka_DescribeAcls_result_acls(
      rd_kafka_event_DescribeAcls_result(event->get()), &count);
  std::vector<AclBinding> acls;
  for (size_t i = 0; i < count; ++i) {
    std::optional<AclBinding> acl = FromKafka(found[i]);
    if (acl) acls.push_back(*std::move(acl));
  }
  return acls;
}

absl::Status KafkaAclAdmin::CheckEmptyList() {
  AdminCall call(client_.get(), RD_KAFKA_ADMIN_OP_DESCRIBECLUSTER, kDescribe);
  const ErrorPtr unused(rd_kafka_AdminOptions_set_include_authorized_operations(
      call.options(), /*true_or_false=*/1));
  rd_kafka_DescribeCluster(call.handle(), call.options(), call.queue());
  absl::StatusOr<EventPtr> event = call.Await();
  if (!event.ok()) return event.status();
  const auto* result = rd_kafka_event_DescribeCluster_result(event->get());
  size_t count = 0;
  const rd_kafka_AclOperation_t* allowed =
      rd_kafka_DescribeCluster_result_authorized_operations(result, &count);
  if (std::find(allowed, allowed + count, RD_KAFKA_ACL_OPERATION_DESCRIBE) ==
      allowed + count) {
    return KafkaError(RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED,
                      client_->Context(kDescribe));
  }
  size_t nodes = 0;
  const rd_kafka_Node_t** brokers =
      rd_kafka_DescribeCluster_result_nodes(result, &nodes);
  if (nodes == 0) {
    return absl::UnavailableError(
        client_->Context(absl::StrCat(kDescribe, ": no broker is known")));
  }
  const absl::StatusOr<bool> has = HasAuthorizer(rd_kafka_Node_id(brokers[0]));
  if (!has.ok() || *has) return has.status();
  return KafkaError(RD_KAFKA_RESP_ERR_SECURITY_DISABLED,
                    client_->Context(kDescribe));
}

absl::StatusOr<bool> KafkaAclAdmin::HasAuthorizer(int32_t broker) {
  const ConfigResourcePtr request(rd_kafka_ConfigResource_new(
      RD_KAFKA_RESOURCE_BROKER, absl::StrCat(broker).c_str()));
  rd_kafka_ConfigResource_t* raw = request.get();
  AdminCall call(client_.get(), RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS, kDescribe);
  rd_kafka_DescribeConfigs(call.handle(), &raw, 1, call.options(),
                           call.queue());
  absl::StatusOr<EventPtr> event = call.Await();
  if (!event.ok()) return event.status();
  size_t count = 0;
  const auto** resources = rd_kafka_DescribeConfigs_result_resources(
      rd_kafka_event_DescribeConfigs_result(event->get()), &count);
  if (count != 1) return client_->MissingInAnswer(kDescribe);
  const rd_kafka_resp_err_t code = rd_kafka_ConfigResource_error(resources[0]);
  // Only a cluster with an authorizer denies the question.
  if (code == RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED) return true;
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return KafkaError(code, client_->Context(kDescribe));
  }
  const auto** entries = rd_kafka_ConfigResource_configs(resources[0], &count);
  for (size_t i = 0; i < count; ++i) {
    if (absl::string_view(rd_kafka_ConfigEntry_name(entries[i])) !=
        "authorizer.class.name") {
      continue;
    }
    const char* value = rd_kafka_ConfigEntry_value(entries[i]);
    return value != nullptr && *value != '\0';
  }
  return true;  // not Kafka's own broker: as nothing says that there is none
}

std::vector<absl::Status> KafkaAclAdmin::CreateAcls(
    absl::Span<const AclBinding> acls) {
  return InParts(acls, [this](auto some) { return CreateSome(some); });
}

std::vector<absl::Status> KafkaAclAdmin::DeleteAcls(
    absl::Span<const AclBinding> acls) {
  return InParts(acls, [this](auto some) { return DeleteSome(some); });
}

std::vector<absl::Status> KafkaAclAdmin::CreateSome(
    absl::Span<const AclBinding> acls) {
  std::vector<AclBindingPtr> requests;
  for (const AclBinding& acl : acls) requests.push_back(ToKafka(acl));
  AdminCall call(client_.get(), RD_KAFKA_ADMIN_OP_CREATEACLS, "create ACLs");
  rd_kafka_CreateAcls(call.handle(), RawPointers(requests).data(),
                      requests.size(), call.options(), call.queue());
  absl::StatusOr<EventPtr> event = call.Await();
  if (!event.ok()) return {acls.size(), event.status()};
  size_t count = 0;
  const rd_kafka_acl_result_t** answers = rd_kafka_CreateAcls_result_acls(
      rd_kafka_event_CreateAcls_result(event->get()), &count);
  std::vector<absl::Status> results;
  for (size_t i = 0; i < acls.size(); ++i) {
    const std::string context = client_->Context(acls[i].ToString());
    results.push_back(
        i < count ? KafkaError(rd_kafka_acl_result_error(answers[i]), context)
                  : client_->MissingInAnswer(acls[i].ToString()));
  }
  return results;
}

std::vector<absl::Status> KafkaAclAdmin::DeleteSome(
    absl::Span<const AclBinding> acls) {
  // A binding is a filter that nothing else matches.
  std::vector<AclBindingPtr> filters;
  for (const AclBinding& acl : acls) filters.push_back(ToKafka(acl));
  AdminCall call(client_.get(), RD_KAFKA_ADMIN_OP_DELETEACLS, "delete ACLs");
  rd_kafka_DeleteAcls(call.handle(), RawPointers(filters).data(),
                      filters.size(), call.options(), call.queue());
  absl::StatusOr<EventPtr> event = call.Await();
  if (!event.ok()) return {acls.size(), event.status()};
  size_t count = 0;
  const auto** answers = rd_kafka_DeleteAcls_result_responses(
      rd_kafka_event_DeleteAcls_result(event->get()), &count);
  std::vector<absl::Status> results;
  for (size_t i = 0; i < acls.size(); ++i) {
    const std::string context = client_->Context(acls[i].ToString());
    results.push_back(i < count ? DeleteResult(answers[i], context)
                                : client_->MissingInAnswer(acls[i].ToString()));
  }
  return results;
}

}  // namespace mirror::internal
