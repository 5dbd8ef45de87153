// SPDX-License-Identifier: Apache-2.0
//
// One librdkafka handle: made from settings, its logs and errors caught, and
// destroyed without ever hanging the host.
//
//   auto client = Client::Create(ClientRole::kProducer, settings, {});
//   rd_kafka_poll(client->handle(), 0);
//   absl::Status error = client->TakeError();

#ifndef MIRROR_KAFKA_CLIENT_H_
#define MIRROR_KAFKA_CLIENT_H_

#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "mirror/kafka/client_config.h"
#include "mirror/kafka/credentials.h"
#include "mirror/kafka/handles.h"
#include "mirror/kafka/topic_ids.h"
#include "mirror/runtime/gate.h"
#include "mirror/runtime/log.h"
#include "mirror/runtime/mutex.h"

namespace mirror::internal {

// What clients of one cluster have in common.
struct ClientSettings {
  std::string alias;
  Properties properties;
  // How long an admin call waits for an answer.
  absl::Duration request_timeout = absl::Seconds(30);
  Logger log;
  // Asked for secrets when the client is made, and again while the cluster
  // refuses them.
  ReadCredentials read_credentials;
};

// An error of a cluster as a whole.
struct ClusterError {
  absl::Status status;
  // Whether every broker known has failed, not just one.
  bool all_brokers_down = false;
  // Whether `status` adds nothing to what was taken before.
  bool was_reported = false;
};

// Thread safety: thread-safe.
// Lifetime: queues, topics, messages and events of the handle must be destroyed
// before. The destructor gives librdkafka a few seconds; if something is still
// held, the handle is left behind and that is logged.
class Client {
 public:
  // `defaults` yield to `settings.properties`. InvalidArgument as
  // NewClientConf, or for settings that do not fit together;
  // FailedPrecondition if the librdkafka at run time is too old;
  // ResourceExhausted if it gets no threads. Does not wait for a broker.
  static absl::StatusOr<std::unique_ptr<Client>> Create(
      ClientRole role, const ClientSettings& settings,
      const Properties& defaults);

  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  rd_kafka_t* handle() const { return handle_; }
  const std::string& alias() const { return callbacks_->alias; }
  const Logger& log() const { return callbacks_->log; }

  // The latest error since the last call; OK if none. Filled by polling the
  // handle's main queue.
  absl::Status TakeError();
  // All that is known of it, which stays there.
  ClusterError PeekError() const;
  // Adds an error that reached the caller as an event instead.
  void AddError(rd_kafka_resp_err_t code, absl::string_view reason);

  // To be called again and again. While the cluster refuses the client, looks
  // once a second for other credentials: a password is taken over, anything
  // else makes the client fail fatally.
  void KeepCredentialsFresh();

  // OK, or FailedPrecondition with the reason why the handle failed fatally.
  absl::Status Fatal() const;

  // What a consumer's topics are; nothing for other roles.
  const TopicIds& topic_ids() const { return callbacks_->topic_ids; }

  // "cluster backup: subject", for messages.
  std::string Context(absl::string_view subject) const;

  // Nothing is logged from here on: the log may be gone before the client.
  void Mute();

 private:
  // What librdkafka's threads may use. A handle left behind keeps it.
  struct Callbacks {
    std::string alias;
    Logger log;
    // Whether the host asked for librdkafka's debug log.
    bool debug = false;
    TopicIds topic_ids;
    bool has_certificate = false;
    // Closed when the owner is gone, as the log sink may be gone too. Passed
    // without a lock: the host's sink may be slow, and may call the engine.
    Gate log_gate;
    Mutex mu;
    ClusterError error ABSL_GUARDED_BY(mu);
    // When the cluster last refused the client, as far as is known.
    absl::Time refused ABSL_GUARDED_BY(mu) = absl::InfinitePast();
    // When a reason was last given.
    absl::Time reason ABSL_GUARDED_BY(mu) = absl::InfinitePast();
    // The broker whose certificate was last refused, and why.
    std::string refused_broker ABSL_GUARDED_BY(mu);
    std::string refused_certificate ABSL_GUARDED_BY(mu);
  };

  Client(rd_kafka_t* handle, std::shared_ptr<Callbacks> callbacks,
         ReadCredentials read_credentials, Credentials credentials);

  static void OnLog(const rd_kafka_t* rk, int level, const char* facility,
                    const char* message);
  static void OnError(rd_kafka_t* rk, int code, const char* reason,
                      void* opaque);
  void TakeOverPassword() ABSL_EXCLUSIVE_LOCKS_REQUIRED(credentials_mu_);
  static int OnCertificate(rd_kafka_t* rk, const char* broker, int32_t id,
                           int* x509_error, int depth, const char* certificate,
                           size_t size, char* why, size_t why_size,
                           void* opaque);
  static void AddErrorTo(Callbacks* callbacks, rd_kafka_resp_err_t code,
                         absl::string_view reason);

  rd_kafka_t* const handle_;
  const std::shared_ptr<Callbacks> callbacks_;

  const ReadCredentials read_credentials_;

  mutable Mutex credentials_mu_;
  Credentials credentials_ ABSL_GUARDED_BY(credentials_mu_);
  absl::Time next_look_ ABSL_GUARDED_BY(credentials_mu_) = absl::InfinitePast();
  bool outdated_ ABSL_GUARDED_BY(credentials_mu_) = false;
};

}  // namespace mirror::internal

#endif  // MIRROR_KAFKA_CLIENT_H_
