// SPDX-License-Identifier: Apache-2.0

#include "mirror/kafka/client.h"

#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "mirror/kafka/error.h"
#include "mirror/runtime/bounded_call.h"

namespace mirror::internal {
namespace {

constexpr absl::Duration kDestroyTimeout = absl::Seconds(5);

// The levels are syslog's.
constexpr int kDebugLevel = 7;

LogLevel LevelOf(int level) {
  if (level <= 3) return LogLevel::kError;
  if (level == 4) return LogLevel::kWarning;
  return level <= 6 ? LogLevel::kInfo : LogLevel::kDebug;
}

// Settings are given per cluster, so a reader is also told a writer's.
bool IsNoise(absl::string_view facility, absl::string_view message) {
  return facility == "CONFWARN" &&
         (absl::StrContains(message, "is a producer property") ||
          absl::StrContains(message, "is a consumer property"));
}

}  // namespace

void Client::OnLog(const rd_kafka_t* rk, int level, const char* facility,
                   const char* message) {
  if (IsNoise(facility, message)) return;
  auto* callbacks = static_cast<Callbacks*>(rd_kafka_opaque(rk));
  if (level >= kDebugLevel) {
    callbacks->topic_ids.OnLog(message);
    if (!callbacks->debug) return;
  }
  MutexLock lock(&callbacks->mu);
  if (callbacks->muted) return;
  // FAIL: each client tells of each broker it cannot reach, once a second; the
  // engine tells once, by way of OnError. GETPID: a fresh broker loads its
  // coordinator, and the producer tries again.
  const absl::string_view kind = facility;
  const bool told_elsewhere = kind == "FAIL" || kind == "GETPID";
  callbacks->log.Log(told_elsewhere ? LogLevel::kDebug : LevelOf(level),
                     callbacks->alias, absl::StrCat(facility, ": ", message));
}

void Client::OnError(rd_kafka_t* rk, int code, const char* reason,
                     void* opaque) {
  AddTroubleTo(static_cast<Callbacks*>(opaque),
               static_cast<rd_kafka_resp_err_t>(code), reason);
}

void Client::AddTroubleTo(Callbacks* callbacks, rd_kafka_resp_err_t code,
                          absl::string_view reason) {
  MutexLock lock(&callbacks->mu);
  Trouble& trouble = callbacks->trouble;
  const bool all_down = code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN;
  trouble.all_brokers_down |= all_down;
  // That all brokers are down is said after the reason why the last one is,
  // which tells more. Wrong credentials are the cause of what follows them.
  if (!trouble.status.ok() &&
      (all_down || absl::IsUnauthenticated(trouble.status))) {
    return;
  }
  trouble.status =
      KafkaError(code, absl::StrCat("cluster ", callbacks->alias), reason);
}

absl::StatusOr<std::unique_ptr<Client>> Client::Create(
    ClientRole role, const ClientSettings& settings,
    const Properties& defaults) {
  if (rd_kafka_version() < MIRROR_KAFKA_MINIMUM_VERSION) {
    return absl::FailedPreconditionError(
        absl::StrCat("librdkafka ", rd_kafka_version_str(),
                     " is too old; run with 2.8.0 or newer"));
  }
  absl::StatusOr<ConfPtr> conf =
      NewClientConf(role, settings.alias, settings.properties, defaults);
  if (!conf.ok()) return conf.status();
  auto callbacks = std::make_shared<Callbacks>();
  callbacks->alias = settings.alias;
  callbacks->log = settings.log;
  callbacks->debug = settings.properties.count("debug") > 0;
  rd_kafka_conf_set_opaque(conf->get(), callbacks.get());
  rd_kafka_conf_set_log_cb(conf->get(), &OnLog);
  rd_kafka_conf_set_error_cb(conf->get(), &OnError);
  if (role == ClientRole::kProducer) {
    rd_kafka_conf_set_events(conf->get(), RD_KAFKA_EVENT_DR);
  }
  char why[512] = "";
  const bool consumer =
      role == ClientRole::kConsumer || role == ClientRole::kGroupAdmin;
  rd_kafka_t* handle =
      rd_kafka_new(consumer ? RD_KAFKA_CONSUMER : RD_KAFKA_PRODUCER,
                   conf->get(), why, sizeof(why));
  if (handle == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat("cluster ", settings.alias, ": ", why));
  }
  conf->release();  // owned by the handle from here on
  return absl::WrapUnique(new Client(handle, std::move(callbacks)));
}

Client::~Client() {
  // Nothing is committed and no group left, so there is nothing to close first.
  const bool destroyed =
      CallWithin(kDestroyTimeout, [handle = handle_, callbacks = callbacks_] {
        rd_kafka_destroy_flags(handle, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
      });
  if (destroyed) return;
  callbacks_->log.Error(callbacks_->alias,
                        absl::StrCat("a Kafka client did not end within ",
                                     absl::FormatDuration(kDestroyTimeout),
                                     " and is left behind"));
  MutexLock lock(&callbacks_->mu);
  callbacks_->muted = true;
}

Trouble Client::TakeTrouble() {
  MutexLock lock(&callbacks_->mu);
  return std::exchange(callbacks_->trouble, Trouble());
}

Trouble Client::PeekTrouble() const {
  MutexLock lock(&callbacks_->mu);
  return callbacks_->trouble;
}

void Client::AddTrouble(rd_kafka_resp_err_t code, absl::string_view reason) {
  AddTroubleTo(callbacks_.get(), code, reason);
}

absl::Status Client::Fatal() const {
  char why[512] = "";
  const rd_kafka_resp_err_t code =
      rd_kafka_fatal_error(handle_, why, sizeof(why));
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("cluster ", alias(), ": the client is beyond use: ", why,
                   " (", rd_kafka_err2name(code), ")"));
}

std::string Client::Context(absl::string_view subject) const {
  return absl::StrCat("cluster ", alias(), ": ", subject);
}

}  // namespace mirror::internal
