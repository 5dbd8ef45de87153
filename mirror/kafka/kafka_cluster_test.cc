// SPDX-License-Identifier: Apache-2.0
//
// What needs no broker; the rest is in tests/contract and tests/integration.

#include "mirror/kafka/kafka_cluster.h"

#include <cstdio>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "absl/status/status.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/runtime/bounded_call.h"
#include "mirror/runtime/clock.h"
#include "mirror/runtime/log.h"
#include "mirror/runtime/mutex.h"
#include "mirror/testing/matchers.h"

namespace mirror::internal {
namespace {

using absl::StatusCode;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

KafkaClusterOptions Options() {
  KafkaClusterOptions options;
  options.alias = "backup";
  options.properties = {{"bootstrap.servers", "127.0.0.1:1"}};
  return options;
}

TEST(KafkaCluster, RefusesABadSettingOfAnyClientAtOnce) {
  for (const auto settings :
       {&KafkaClusterOptions::properties, &KafkaClusterOptions::consumer,
        &KafkaClusterOptions::producer, &KafkaClusterOptions::admin}) {
    KafkaClusterOptions options = Options();
    (options.*settings)["no.such.setting"] = "1";
    EXPECT_THAT(
        KafkaCluster::Create(std::move(options)),
        StatusIs(StatusCode::kInvalidArgument,
                 AllOf(HasSubstr("backup"), HasSubstr("no.such.setting"))));
  }
}

TEST(KafkaCluster, SettingsOfOneKindOfClientReplaceTheCommonOnes) {
  KafkaClusterOptions options = Options();
  options.properties["linger.ms"] = "not a number";
  EXPECT_FALSE(KafkaCluster::Create(options).ok());
  options.consumer["linger.ms"] = "1";
  options.producer["linger.ms"] = "1";
  options.admin["linger.ms"] = "1";
  EXPECT_THAT(KafkaCluster::Create(options), IsOk());
}

TEST(KafkaCluster, ReadersFetchLessAtOnceThanOthersMayWrite) {
  KafkaClusterOptions options = Options();
  options.consumer["fetch.max.bytes"] = "500000";
  EXPECT_THAT(KafkaCluster::Create(options).value()->NewSource({}), IsOk());
  options.consumer.clear();
  options.properties["message.max.bytes"] = "20000000";
  EXPECT_THAT(KafkaCluster::Create(options).value()->NewSource({}), IsOk());
}

// Debug logs show every setting, and librdkafka hides not all that are secret.
TEST(KafkaCluster, NoLogShowsTheSecretOfATokenEndpoint) {
  std::FILE* const file = std::tmpfile();
  StreamLogSink sink(file, StreamLogSink::Format::kText, LogLevel::kDebug);
  KafkaClusterOptions options = Options();
  options.log = Logger(&sink, Clock::System(), "A->B");
  options.properties["debug"] = "all";
  options.properties["security.protocol"] = "sasl_plaintext";
  options.properties["sasl.mechanism"] = "OAUTHBEARER";
  options.properties["sasl.oauthbearer.method"] = "oidc";
  options.properties["sasl.oauthbearer.client.id"] = "mirror";
  options.properties["sasl.oauthbearer.client.secret"] = "hunter2";
  options.properties["sasl.oauthbearer.extensions"] = "pass=hunter2";
  options.properties["sasl.oauthbearer.token.endpoint.url"] =
      "http://127.0.0.1:1/token";
  EXPECT_THAT(KafkaCluster::Create(options).value()->NewSource({}), IsOk());
  std::rewind(file);
  std::string text(1 << 20, '\0');
  text.resize(std::fread(text.data(), 1, text.size(), file));
  std::fclose(file);
  EXPECT_THAT(text, HasSubstr("sasl.oauthbearer.client.id = mirror"));
  EXPECT_THAT(text, Not(HasSubstr("hunter2")));
}

// Blocks every thread but the one that made it, until Open().
class Barrier final : public LogSink {
 public:
  void Log(const LogEntry&) override {
    if (std::this_thread::get_id() == maker_) return;
    MutexLock lock(&mu_);
    waiting_ = true;
    mu_.Await([this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) { return open_; });
  }
  void AwaitAWaiter() {
    MutexLock lock(&mu_);
    mu_.Await([this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) { return waiting_; });
  }
  void Open() {
    MutexLock lock(&mu_);
    open_ = true;
  }

 private:
  const std::thread::id maker_ = std::this_thread::get_id();
  Mutex mu_;
  bool waiting_ ABSL_GUARDED_BY(mu_) = false;
  bool open_ ABSL_GUARDED_BY(mu_) = false;
};

TEST(KafkaCluster, ASlowLogSinkOfTheHostHoldsUpNoPoll) {
  Barrier barrier;
  KafkaClusterOptions options = Options();
  options.log = Logger(&barrier, Clock::System(), "A->B");
  options.properties["debug"] = "broker";
  auto cluster = KafkaCluster::Create(std::move(options)).value();
  std::shared_ptr<RecordSource> source = cluster->NewSource({}).value();
  barrier.AwaitAWaiter();
  EXPECT_TRUE(CallWithin(absl::Seconds(20), [source] {
    Fetched fetched;
    source->Poll(absl::Milliseconds(10), &fetched).IgnoreError();
  }));
  barrier.Open();
}

TEST(KafkaCluster, ClientsOfAnUnreachableClusterAreMadeAndEndSoon) {
  const absl::Time start = absl::Now();
  auto cluster = KafkaCluster::Create(Options()).value();
  auto source = cluster->NewSource({}).value();
  EXPECT_THAT(source->Assign({{{"orders", 0}, UpstreamOffset(7)}}), IsOk());
  EXPECT_FALSE(source->Bounds({"orders", 0}).has_value());
  auto sink = cluster->NewSink({}).value();
  OwnedRecordBatch batch({"orders", 0}, std::vector<Record>(1));
  int64_t next = 0;
  EXPECT_THAT(sink->Send({"orders", 0}, &batch, &next),
              StatusIs(StatusCode::kNotFound, HasSubstr("orders-0")));
  EXPECT_EQ(next, 0);
  auto admin = cluster->NewAdmin("test").value();
  auto groups = cluster->NewGroupAdmin("test").value();
  source.reset();
  sink.reset();
  admin.reset();
  groups.reset();
  EXPECT_LT(absl::Now() - start, absl::Seconds(5));
}

}  // namespace
}  // namespace mirror::internal
