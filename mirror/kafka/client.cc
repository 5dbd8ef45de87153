// SPDX-License-Identifier: Apache-2.0

#include "mirror/kafka/client.h"

#include <algorithm>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "mirror/kafka/connection_trouble.h"
#include "mirror/model/utf8.h"
#include "mirror/runtime/bounded_call.h"
#include "mirror/runtime/clock.h"

namespace mirror::internal {
namespace {

constexpr absl::Duration kDestroyTimeout = absl::Seconds(5);
constexpr absl::Duration kLookInterval = absl::Seconds(1);
// librdkafka says the same of a broker every 30 seconds; until then it may be
// refused or not.
constexpr absl::Duration kMayBeRefused = absl::Minutes(1);

// For this long after a reason, that all brokers are down is no news.
constexpr absl::Duration kAfterReason = absl::Seconds(5);

// The levels are syslog's.
constexpr int kDebugLevel = 7;

LogLevel LevelOf(int level) {
  if (level <= 3) return LogLevel::kError;
  if (level == 4) return LogLevel::kWarning;
  return level <= 6 ? LogLevel::kInfo : LogLevel::kDebug;
}

// Settings are given per cluster, so a reader also gets a writer's.
bool IsNoise(absl::string_view facility, absl::string_view message) {
  return facility == "CONFWARN" &&
         (absl::StrContains(message, "is a producer property") ||
          absl::StrContains(message, "is a consumer property"));
}

// librdkafka lists all settings when it debugs, and hides not all secret ones.
bool ShowsASecret(absl::string_view facility, absl::string_view message) {
  return facility == "CONF" &&
         (absl::StrContains(message, "sasl.oauthbearer.client.secret") ||
          absl::StrContains(message, "sasl.oauthbearer.extensions"));
}

}  // namespace

void Client::OnLog(const rd_kafka_t* rk, int level, const char* facility,
                   const char* message) {
  if (IsNoise(facility, message) || ShowsASecret(facility, message)) return;
  auto* callbacks = static_cast<Callbacks*>(rd_kafka_opaque(rk));
  if (level >= kDebugLevel) {
    callbacks->topic_ids.OnLog(message);
    if (!callbacks->debug) return;
  }
  const Gate::Pass pass = callbacks->log_gate.Enter();
  if (!pass) return;
  // FAIL and its causes: each client reports each broker it cannot reach, once
  // a second; the engine reports it once, by OnError. GETPID: a fresh broker
  // loads its coordinator, and the producer retries.
  const absl::string_view kind = facility;
  const bool reported_elsewhere =
      kind == "FAIL" || kind == "GETPID" || kind == "SSLCERTVRFY" ||
      (kind == "SSL" && absl::StrContains(message, "No matching issuer found"));
  callbacks->log.Log(reported_elsewhere ? LogLevel::kDebug : LevelOf(level),
                     callbacks->alias,
                     ToUtf8(absl::StrCat(facility, ": ", message)));
}

void Client::OnError(rd_kafka_t* rk, int code, const char* reason,
                     void* opaque) {
  AddErrorTo(static_cast<Callbacks*>(opaque),
             static_cast<rd_kafka_resp_err_t>(code), reason);
}

int Client::OnCertificate(rd_kafka_t* rk, const char* broker, int32_t id,
                          int* x509_error, int depth, const char* certificate,
                          size_t size, char* why, size_t why_size,
                          void* opaque) {
  if (*x509_error == 0) return 1;
  auto* callbacks = static_cast<Callbacks*>(opaque);
  MutexLock lock(&callbacks->mu);
  callbacks->refused_broker = broker;
  callbacks->refused_certificate = ToUtf8(
      DescribeCertificate(*x509_error, absl::string_view(certificate, size)));
  return 0;
}

void Client::AddErrorTo(Callbacks* callbacks, rd_kafka_resp_err_t code,
                        absl::string_view reason) {
  if (code == RD_KAFKA_RESP_ERR__TRANSPORT && IsOrdinaryDisconnect(reason)) {
    return;
  }
  // About the group that librdkafka wants a name for, and that has no members.
  if (code == RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED) return;
  MutexLock lock(&callbacks->mu);
  ConnectionFacts facts;
  facts.has_certificate = callbacks->has_certificate;
  if (BrokerAddress(reason) == callbacks->refused_broker) {
    facts.broker_certificate = callbacks->refused_certificate;
  }
  absl::Status status =
      ConnectionTrouble(callbacks->alias, code, ToUtf8(reason), facts);
  const absl::Time now = Clock::System()->Now();
  if (IsReportedOnce(reason)) {
    callbacks->refused = absl::InfiniteFuture();
  } else if (absl::IsUnauthenticated(status)) {
    callbacks->refused = std::max(callbacks->refused, now);
  }
  ClusterError& error = callbacks->error;
  const bool all_down = code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN;
  error.all_brokers_down |= all_down;
  // That all brokers are down is said after the reason why the last one is,
  // which tells more. Wrong credentials are the cause of what follows them.
  if (!error.status.ok() &&
      (all_down || absl::IsUnauthenticated(error.status))) {
    return;
  }
  if (!all_down) callbacks->reason = now;
  error.was_reported = all_down && now < callbacks->reason + kAfterReason;
  error.status = std::move(status);
}

absl::StatusOr<std::unique_ptr<Client>> Client::Create(
    ClientRole role, const ClientSettings& settings,
    const Properties& defaults) {
  if (rd_kafka_version() < MIRROR_KAFKA_MINIMUM_VERSION) {
    return absl::FailedPreconditionError(
        absl::StrCat("librdkafka ", rd_kafka_version_str(),
                     " is too old; run with 2.8.0 or newer"));
  }
  Credentials credentials(settings.properties);
  if (settings.read_credentials != nullptr) {
    absl::StatusOr<Properties> fresh = settings.read_credentials();
    // What cannot be read now is asked for again when it is missed.
    if (fresh.ok()) credentials.Take(*std::move(fresh));
  }
  const Properties& properties = credentials.properties();
  absl::StatusOr<ConfPtr> conf =
      NewClientConf(role, settings.alias, properties, defaults);
  if (!conf.ok()) return conf.status();
  auto callbacks = std::make_shared<Callbacks>();
  callbacks->alias = settings.alias;
  callbacks->log = settings.log;
  callbacks->debug = settings.properties.count("debug") > 0;
  callbacks->has_certificate = properties.count("ssl.keystore.location") != 0 ||
                               properties.count("ssl.key.location") != 0 ||
                               properties.count("ssl.key.pem") != 0;
  rd_kafka_conf_set_opaque(conf->get(), callbacks.get());
  rd_kafka_conf_set_log_cb(conf->get(), &OnLog);
  rd_kafka_conf_set_error_cb(conf->get(), &OnError);
  rd_kafka_conf_set_ssl_cert_verify_cb(conf->get(), &OnCertificate);
  if (role == ClientRole::kProducer) {
    rd_kafka_conf_set_events(conf->get(), RD_KAFKA_EVENT_DR);
  }
  if (role == ClientRole::kMember) {
    rd_kafka_conf_set_events(conf->get(), RD_KAFKA_EVENT_REBALANCE);
  }
  char why[512] = "";
  const bool consumer = role == ClientRole::kConsumer ||
                        role == ClientRole::kGroupAdmin ||
                        role == ClientRole::kMember;
  rd_kafka_t* handle =
      rd_kafka_new(consumer ? RD_KAFKA_CONSUMER : RD_KAFKA_PRODUCER,
                   conf->get(), why, sizeof(why));
  if (handle == nullptr &&
      rd_kafka_last_error() == RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE) {
    return absl::ResourceExhaustedError(absl::StrCat(
        "cluster ", settings.alias, ": no client can be made: ", ToUtf8(why),
        "; raise the limit on threads (pids.max of the control group, ulimit "
        "-u)"));
  }
  if (handle == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat("cluster ", settings.alias, ": ",
                     ToUtf8(ExplainRefusedSettings(why, properties))));
  }
  conf->release();  // owned by the handle from here on
  return absl::WrapUnique(new Client(handle, std::move(callbacks),
                                     settings.read_credentials,
                                     std::move(credentials)));
}

Client::Client(rd_kafka_t* handle, std::shared_ptr<Callbacks> callbacks,
               ReadCredentials read_credentials, Credentials credentials)
    : handle_(handle),
      callbacks_(std::move(callbacks)),
      read_credentials_(std::move(read_credentials)),
      credentials_(std::move(credentials)) {}

Client::~Client() {
  // Nothing is committed, and who wants to leave a group has done so, so there
  // is nothing to close first.
  const bool destroyed =
      CallWithin(kDestroyTimeout, [handle = handle_, callbacks = callbacks_] {
        rd_kafka_destroy_flags(handle, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
      });
  if (destroyed) return;
  if (const Gate::Pass pass = callbacks_->log_gate.Enter(); pass) {
    callbacks_->log.Error(callbacks_->alias,
                          absl::StrCat("a Kafka client did not end within ",
                                       absl::FormatDuration(kDestroyTimeout),
                                       " and is left behind"));
  }
  Mute();
}

void Client::Mute() { callbacks_->log_gate.Close(); }

absl::Status Client::TakeError() {
  MutexLock lock(&callbacks_->mu);
  const ClusterError error = std::exchange(callbacks_->error, ClusterError());
  return error.was_reported ? absl::OkStatus() : error.status;
}

ClusterError Client::PeekError() const {
  MutexLock lock(&callbacks_->mu);
  return callbacks_->error;
}

void Client::AddError(rd_kafka_resp_err_t code, absl::string_view reason) {
  AddErrorTo(callbacks_.get(), code, reason);
}

void Client::KeepCredentialsFresh() {
  const absl::Time now = Clock::System()->Now();
  {
    MutexLock lock(&callbacks_->mu);
    if (now > callbacks_->refused + kMayBeRefused) return;
  }
  {
    MutexLock lock(&credentials_mu_);
    if (outdated_ || now < next_look_) return;
    next_look_ = now + kLookInterval;
  }
  absl::StatusOr<Properties> fresh = Properties();
  if (read_credentials_ != nullptr) fresh = read_credentials_();
  if (!fresh.ok()) {
    log().Debug(alias(), absl::StrCat("credentials cannot be read: ",
                                      fresh.status().message()));
    return;
  }
  MutexLock lock(&credentials_mu_);
  const Credentials::Change change = credentials_.Take(*std::move(fresh));
  if (change == Credentials::Change::kOther) {
    outdated_ = true;
    log().Info(alias(), "there are other credentials; a new client takes them");
  }
  if (change == Credentials::Change::kPassword) TakeOverPassword();
}

void Client::TakeOverPassword() {
  const Properties& known = credentials_.properties();
  const auto user = known.find("sasl.username");
  const auto password = known.find("sasl.password");
  if (user == known.end() || password == known.end()) return;
  // Fails for null pointers only.
  const ErrorPtr error(rd_kafka_sasl_set_credentials(
      handle_, user->second.c_str(), password->second.c_str()));
  log().Info(alias(), "there are other credentials; trying them");
}

absl::Status Client::Fatal() const {
  char why[512] = "";
  const rd_kafka_resp_err_t code =
      rd_kafka_fatal_error(handle_, why, sizeof(why));
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
    MutexLock lock(&credentials_mu_);
    if (!outdated_) return absl::OkStatus();
    return absl::FailedPreconditionError(
        Context("there are other credentials, which only a new client takes"));
  }
  return absl::FailedPreconditionError(absl::StrCat(
      "cluster ", alias(), ": the client failed fatally: ", ToUtf8(why), " (",
      rd_kafka_err2name(code), ")"));
}

std::string Client::Context(absl::string_view subject) const {
  return absl::StrCat("cluster ", alias(), ": ", subject);
}

}  // namespace mirror::internal
