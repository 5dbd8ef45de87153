// SPDX-License-Identifier: Apache-2.0

#include "tests/support/kafka_broker.h"

#include <arpa/inet.h>
#include <librdkafka/rdkafka.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace mirror::internal::testing {
namespace {

constexpr int kPort = 9092;  // the controller takes the next one
constexpr absl::Duration kStartTimeout = absl::Seconds(90);

bool CanBind(const std::string& host, int port) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  inet_pton(AF_INET, host.c_str(), &address.sin_addr);
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  const bool free =
      bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0;
  close(fd);
  return free;
}

// Big-endian.
int64_t Number(const char* bytes, int size) {
  uint64_t number = 0;
  for (int i = 0; i < size; ++i) {
    number = number << 8 | static_cast<unsigned char>(bytes[i]);
  }
  return static_cast<int64_t>(number);
}

using Client = std::unique_ptr<rd_kafka_t, decltype(&rd_kafka_destroy)>;

Client NewClient(const std::string& bootstrap_servers) {
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  char error[512];
  for (const auto& [name, value] :
       {std::pair<const char*, const char*>{"bootstrap.servers",
                                            bootstrap_servers.c_str()},
        {"reconnect.backoff.ms", "20"},
        {"reconnect.backoff.max.ms", "100"},
        {"enable.metrics.push", "false"}}) {
    rd_kafka_conf_set(conf, name, value, error, sizeof(error));
  }
  // Connections refused while the broker starts are no news.
  rd_kafka_conf_set_log_cb(
      conf, [](const rd_kafka_t*, int, const char*, const char*) {});
  return Client(rd_kafka_new(RD_KAFKA_PRODUCER, conf, error, sizeof(error)),
                &rd_kafka_destroy);
}

}  // namespace

// All of 127/8 is loopback. A random address of it with fixed ports cannot
// collide with other tests, nor with the ports of outgoing connections, which
// keeps it valid while the broker is down.
std::string KafkaBroker::FreeHost() {
  std::random_device random;
  std::uniform_int_distribution<int> byte(1, 254);
  for (;;) {
    const std::string host = absl::StrCat("127.", byte(random), ".",
                                          byte(random), ".", byte(random));
    if (CanBind(host, kPort) && CanBind(host, kPort + 1)) return host;
  }
}

absl::StatusOr<std::unique_ptr<KafkaBroker>> KafkaBroker::Start(
    const std::vector<std::string>& settings, const std::string& host) {
  if (std::getenv("KAFKA_JARS") == nullptr) {
    return absl::FailedPreconditionError(
        "KAFKA_JARS is not set: run tools/test, or `KAFKA_JARS=$(tools/setup "
        "--print) bazel test ...`");
  }
  auto broker = absl::WrapUnique(new KafkaBroker(
      MakeTestDirectory("broker"),
      absl::StrCat(host.empty() ? FreeHost() : host, ":", kPort)));
  if (absl::Status status = broker->Launch(settings); !status.ok()) {
    return status;
  }
  return broker;
}

absl::StatusOr<std::unique_ptr<KafkaBroker>> KafkaBroker::Join(
    const KafkaBroker& first, const std::vector<std::string>& settings) {
  const std::string host = FreeHost();
  const std::string first_host =
      first.address_.substr(0, first.address_.find(':'));
  auto broker = absl::WrapUnique(new KafkaBroker(
      MakeTestDirectory("broker"), absl::StrCat(host, ":", kPort)));
  broker->cluster_id_ = first.cluster_id_;
  broker->brokers_ = 2;
  broker->membership_ = {
      "process.roles=broker", "node.id=2",
      absl::StrCat("controller.quorum.voters=1@", first_host, ":", kPort + 1),
      absl::StrCat("listeners=PLAINTEXT://", host, ":", kPort)};
  if (absl::Status status = broker->Launch(settings); !status.ok()) {
    return status;
  }
  return broker;
}

KafkaBroker::KafkaBroker(std::string directory, std::string address)
    : directory_(std::move(directory)), address_(std::move(address)) {}

KafkaBroker::~KafkaBroker() {
  process_.reset();
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

absl::Status KafkaBroker::Launch(const std::vector<std::string>& settings) {
  std::vector<std::string> argv = {"env",
                                   absl::StrCat("CLUSTER_ID=", cluster_id_),
                                   "tools/broker", directory_, address_};
  argv.insert(argv.end(), settings.begin(), settings.end());
  argv.insert(argv.end(), membership_.begin(), membership_.end());
  auto process = ChildProcess::Start(argv, directory_ + "/broker.log");
  if (!process.ok()) return process.status();
  process_ = *std::move(process);
  return AwaitReady();
}

absl::Status KafkaBroker::AwaitReady() {
  const Client client = NewClient(address_);
  const absl::Time deadline = absl::Now() + kStartTimeout;
  while (absl::Now() < deadline) {
    const rd_kafka_metadata_t* metadata = nullptr;
    const bool answered =
        rd_kafka_metadata(client.get(), 0, nullptr, &metadata, 500) ==
            RD_KAFKA_RESP_ERR_NO_ERROR &&
        metadata->broker_cnt == brokers_;
    if (metadata != nullptr) rd_kafka_metadata_destroy(metadata);
    if (answered) {
      char* id = rd_kafka_clusterid(client.get(), 1000);
      if (id != nullptr) {
        cluster_id_ = id;
        rd_kafka_mem_free(client.get(), id);
        return absl::OkStatus();
      }
    }
    const absl::StatusOr<int> exit_code = process_->Wait(absl::ZeroDuration());
    if (exit_code.ok()) {
      return absl::InternalError(
          absl::StrCat("broker ended with code ", *exit_code, ":\n", Log()));
    }
  }
  return absl::DeadlineExceededError(
      absl::StrCat("broker at ", address_, " does not answer:\n", Log()));
}

absl::Status KafkaBroker::Kill() {
  if (absl::Status status = process_->Signal(SIGKILL); !status.ok()) {
    return status;
  }
  return process_->Wait(absl::Seconds(30)).status();
}

absl::Status KafkaBroker::Pause() { return process_->Signal(SIGSTOP); }

absl::Status KafkaBroker::Resume() { return process_->Signal(SIGCONT); }

absl::Status KafkaBroker::Restart(const std::vector<std::string>& settings) {
  process_.reset();
  return Launch(settings);
}

absl::Status KafkaBroker::Rebuild(const std::vector<std::string>& settings) {
  process_.reset();
  std::error_code error;
  std::filesystem::remove_all(directory_ + "/data", error);
  if (error) return absl::InternalError(error.message());
  cluster_id_.clear();
  return Launch(settings);
}

std::string KafkaBroker::LogFolder(const std::string& topic,
                                   int32_t partition) const {
  return absl::StrCat(directory_, "/data/", topic, "-", partition);
}

absl::Status KafkaBroker::FlipBit(const std::string& topic, int32_t partition,
                                  int64_t offset) {
  std::fstream log(LogFolder(topic, partition) + "/00000000000000000000.log",
                   std::ios::in | std::ios::out | std::ios::binary);
  // A batch: its first offset, the length of what follows, and at 23 the last
  // offset less the first.
  char head[27];
  for (int64_t at = 0; log.seekg(at).read(head, sizeof(head));) {
    const int64_t end = at + 12 + Number(head + 8, 4);
    if (offset > Number(head, 8) + Number(head + 23, 4)) {
      at = end;
      continue;
    }
    // The last byte counts headers; before it is the last value.
    const int64_t victim = end - 2;
    char byte = 0;
    log.seekg(victim).get(byte);
    log.seekp(victim).put(static_cast<char>(byte ^ 1)).flush();
    return log ? absl::OkStatus() : absl::UnknownError("cannot be written");
  }
  return absl::NotFoundError(
      absl::StrCat(topic, "-", partition, " has no offset ", offset));
}

std::string KafkaBroker::Log() const {
  std::ostringstream text;
  text << std::ifstream(directory_ + "/broker.log").rdbuf();
  return text.str();
}

}  // namespace mirror::internal::testing
