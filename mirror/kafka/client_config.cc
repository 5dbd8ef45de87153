// SPDX-License-Identifier: Apache-2.0

#include "mirror/kafka/client_config.h"

#include <algorithm>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace mirror::internal {
namespace {

struct Setting {
  const char* name;
  const char* value;
};

constexpr Setting kCommonDefaults[] = {
    {"socket.nagle.disable", "true"},
    {"socket.keepalive.enable", "true"},
    // A broker that comes back is found within a second.
    {"reconnect.backoff.max.ms", "1000"},
    {"topic.metadata.refresh.interval.ms", "30000"},
    // Otherwise nothing is said when a port hangs up that wants TLS or a
    // login. Ordinary disconnects are omitted in client.cc.
    {"log.connection.close", "true"},
    {"enable.metrics.push", "false"},
};

// Wanted although no group is joined.
constexpr Setting kGroupDefaults[] = {
    {"group.id", "mirror"},
};

constexpr Setting kConsumerDefaults[] = {
    // A damaged record would be written to the target with a checksum that fits
    // the damage. Java's consumers check as well; librdkafka by default not.
    {"check.crcs", "true"},
    {"queued.min.messages", "10000"},
    // The default of a second stalls a partition whose queue was full.
    {"fetch.queue.backoff.ms", "5"},
    {"fetch.error.backoff.ms", "100"},
};

// The part of librdkafka's debug log about topics that were deleted and
// created again; see topic_ids.h.
constexpr char kTopicIdLog[] = "metadata";

constexpr Setting kProducerDefaults[] = {
    // Batches fill up by themselves under load; without load this is latency.
    {"linger.ms", "1"},
    // Judged before compression, so a record that fitted at the source must
    // pass here; the target decides about the compressed batch.
    {"message.max.bytes", "1000000000"},
    // How long a topic unknown to the target is given to turn up.
    {"topic.metadata.propagation.max.ms", "5000"},
};

constexpr Setting kCommonForced[] = {
    {"allow.auto.create.topics", "false"},
};

// Positions are ours: nothing is committed, and no jump happens unseen.
constexpr Setting kConsumerForced[] = {
    {"enable.auto.commit", "false"},
    {"enable.auto.offset.store", "false"},
    {"auto.offset.reset", "error"},
    {"enable.partition.eof", "true"},
};

// In order, without duplicates from retries, and never given up: a record that
// times out would leave a gap behind it.
constexpr Setting kProducerForced[] = {
    {"enable.idempotence", "true"},
    {"acks", "all"},
    {"message.timeout.ms", "0"},
};

absl::Status Set(rd_kafka_conf_t* conf, absl::string_view alias,
                 const std::string& name, const std::string& value) {
  char why[512] = "";
  const rd_kafka_conf_res_t result =
      rd_kafka_conf_set(conf, name.c_str(), value.c_str(), why, sizeof(why));
  if (result == RD_KAFKA_CONF_OK) return absl::OkStatus();
  if (result == RD_KAFKA_CONF_UNKNOWN) {
    return absl::InvalidArgumentError(
        absl::StrCat("cluster ", alias, ": ", name,
                     ": librdkafka has no such setting; remove or correct it"));
  }
  // Only numbers, booleans and choices are ever refused, so no secret is shown.
  return absl::InvalidArgumentError(
      absl::StrCat("cluster ", alias, ": ", name, ": ", why));
}

template <size_t kSize>
absl::Status SetAll(rd_kafka_conf_t* conf, absl::string_view alias,
                    const Setting (&settings)[kSize]) {
  for (const Setting& setting : settings) {
    absl::Status status = Set(conf, alias, setting.name, setting.value);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status SetAll(rd_kafka_conf_t* conf, absl::string_view alias,
                    const Properties& properties) {
  for (const auto& [name, value] : properties) {
    absl::Status status = Set(conf, alias, name, value);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

// "1", "t" and "true" are one value: librdkafka takes any of them, and prints
// booleans as true and false.
bool SameValue(absl::string_view a, absl::string_view b) {
  const auto normal = [](absl::string_view value) {
    if (value == "1" || value == "t") return absl::string_view("true");
    if (value == "0" || value == "f") return absl::string_view("false");
    return value;
  };
  return normal(a) == normal(b);
}

template <size_t kSize>
absl::Status Force(rd_kafka_conf_t* conf, absl::string_view alias,
                   const Properties& properties,
                   const Setting (&settings)[kSize]) {
  for (const Setting& setting : settings) {
    const auto it = properties.find(setting.name);
    if (it != properties.end() && !SameValue(it->second, setting.value)) {
      return absl::InvalidArgumentError(
          absl::StrCat("cluster ", alias, ": ", setting.name,
                       ": a mirror cannot work without the value ",
                       setting.value, "; remove the setting"));
    }
  }
  return SetAll(conf, alias, settings);
}

absl::Status SetDefaults(rd_kafka_conf_t* conf, ClientRole role,
                         absl::string_view alias) {
  absl::Status status = SetAll(conf, alias, kCommonDefaults);
  if (role == ClientRole::kConsumer || role == ClientRole::kGroupAdmin) {
    status.Update(SetAll(conf, alias, kGroupDefaults));
  }
  if (status.ok() && role == ClientRole::kConsumer) {
    status = SetAll(conf, alias, kConsumerDefaults);
  }
  if (status.ok() && role == ClientRole::kProducer) {
    status = SetAll(conf, alias, kProducerDefaults);
  }
  return status;
}

// Forces for every role what concerns it.
absl::Status SetForced(rd_kafka_conf_t* conf, ClientRole role,
                       absl::string_view alias, const Properties& properties) {
  absl::Status status = Force(conf, alias, properties, kCommonForced);
  if (status.ok() &&
      (role == ClientRole::kConsumer || role == ClientRole::kMember)) {
    status = Force(conf, alias, properties, kConsumerForced);
  }
  if (status.ok() && role == ClientRole::kProducer) {
    status = Force(conf, alias, properties, kProducerForced);
  }
  return status;
}

int64_t NumberIn(const rd_kafka_conf_t* conf, const char* name) {
  char text[32] = "";
  size_t size = sizeof(text);
  int64_t number = 0;
  if (rd_kafka_conf_get(conf, name, text, &size) != RD_KAFKA_CONF_OK ||
      !absl::SimpleAtoi(text, &number)) {
    return 0;
  }
  return number;
}

// How large a record may be written means nothing to who reads; but librdkafka
// refuses a consumer that fetches less at once.
absl::Status FitMessageBytes(rd_kafka_conf_t* conf, absl::string_view alias) {
  const int64_t fetched = NumberIn(conf, "fetch.max.bytes");
  if (NumberIn(conf, "message.max.bytes") <= fetched) return absl::OkStatus();
  return Set(conf, alias, "message.max.bytes",
             absl::StrCat(std::max<int64_t>(fetched, 1000)));
}

}  // namespace

absl::StatusOr<ConfPtr> NewClientConf(ClientRole role, absl::string_view alias,
                                      const Properties& properties,
                                      const Properties& defaults) {
  if (properties.count("bootstrap.servers") == 0) {
    return absl::InvalidArgumentError(absl::StrCat(
        "cluster ", alias, ": bootstrap.servers is missing; give host:port"));
  }
  ConfPtr conf(rd_kafka_conf_new());
  absl::Status status = SetDefaults(conf.get(), role, alias);
  if (status.ok()) status = SetAll(conf.get(), alias, defaults);
  if (status.ok()) status = SetAll(conf.get(), alias, properties);
  if (status.ok()) status = SetForced(conf.get(), role, alias, properties);
  if (status.ok() && role == ClientRole::kMember) {
    status = FitMessageBytes(conf.get(), alias);
  }
  if (status.ok() && role == ClientRole::kConsumer) {
    status = FitMessageBytes(conf.get(), alias);
    const auto debug = properties.find("debug");
    status.Update(Set(conf.get(), alias, "debug",
                      debug == properties.end()
                          ? kTopicIdLog
                          : absl::StrCat(debug->second, ",", kTopicIdLog)));
  }
  if (!status.ok()) return status;
  return conf;
}

}  // namespace mirror::internal
