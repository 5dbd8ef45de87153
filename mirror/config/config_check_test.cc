// SPDX-License-Identifier: Apache-2.0

#include "mirror/config/config_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "mirror/config/config_testing.h"
#include "mirror/config/mirror_maker_config.h"

namespace mirror::internal {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(ConfigWarningTest, UnknownAndMisplacedPropertiesAreNamed) {
  const struct {
    const char* text;
    const char* warning;
  } vectors[] = {
      {"topics.exlcude=x\n", "did you mean topics.exclude?"},
      {"A->B.emit.heartbeats=true\n", "A->B.emit.heartbeats: no effect"},
      {"A.topics=x\n", "no effect at this place: write S->T.topics or topics"},
      {"group.id=g\n", "no effect at this place: write X.group.id"},
      {"C.bootstrap.servers=c:1\n", "is not named in `clusters`"},
      {"A->C.topics=x\n", "names a cluster that is not in `clusters`"},
      {"quite.another.thing=x\n", "no effect: unknown property"},
      {"tasks.max=1\ntasks.max=2\n",
       "mm2.properties:5: duplicate property tasks.max is ignored; line 6 "
       "takes effect"},
      // Client settings need the name of a client before them, everywhere.
      {"metadata.max.age.ms=1\n",
       "no effect, as in MM2: write X.consumer.metadata.max.age.ms, "
       "X.producer.metadata.max.age.ms or X.admin.metadata.max.age.ms for "
       "each cluster X"},
      {"A.metadata.max.age.ms=1\n", "write A.consumer.metadata.max.age.ms"},
      {"A->B.metadata.max.age.ms=1\n", "write X.consumer.metadata.max.age.ms"},
      // Below prefixes whose properties are ignored.
      {"task.max=2\n",
       "mm2.properties:5: task.max: no effect: unknown "
       "property; did you mean tasks.max?"},
      {"A->B.task.max=2\n",
       "A->B.task.max: no effect: unknown property; did "
       "you mean tasks.max?"},
      {"A.task.max=2\n",
       "did you mean tasks.max? Write S->T.tasks.max or "
       "tasks.max"},
      {"offset.storage.topics=o\n", "did you mean offset.storage.topic?"},
      // Never a property that is refused.
      {"topic.blacklist=hr\n", "did you mean topics.exclude?"},
      {"A->B.group.blacklist=hr\n", "did you mean groups.exclude?"},
      {"topic.whitelist=hr\n", "did you mean topics?"},
      {"transform=t\n", "transform: no effect: unknown property"},
      {"A.topics.blacklist=hr\n",
       "A.topics.blacklist: no effect: Removed in Kafka 4.0: write "
       "topics.exclude"},
      {"offset.storage.topic=o\nB.offset.storage.topic=p\n",
       "mm2.properties:6: B.offset.storage.topic: is overridden by "
       "mm2.properties:5: offset.storage.topic, as in MM2"},
      {"A->B.offset.storage.topic=o\n",
       "no effect at this place: write X.offset.storage.topic or "
       "offset.storage.topic"},
      {"cluster.A.topics=x\n", "did you mean A.topics?"},
  };
  for (const auto& vector : vectors) {
    const auto config = Parse(absl::StrCat(kTwoClusters, vector.text));
    ASSERT_TRUE(config.ok()) << config.status();
    EXPECT_THAT(config->warnings(), ElementsAre(HasSubstr(vector.warning)));
  }
}

TEST(ConfigWarningTest, PropertiesWithoutEffectAreNotedAndNeverSuggested) {
  for (const char* text :
       {"config.storage.replication.factor=1\n",
        "status.storage.replication.factor=1\n",
        "status.storage.partitions=1\n", "errors.tolerance=all\n",
        "errors.tolerence=all\n", "errors.retry.timeout=1\n",
        "metrics.num.samples=1\n", "metrics.recording.level=INFO\n",
        "rest.port=1\n", "plugin.path=/p\n",
        "task.shutdown.graceful.timeout.ms=1\n", "worker.sync.timeout.ms=1\n",
        "topic.creation.default.replication.factor=1\n",
        "B.heartbeat.interval.ms=3000\n", "A->B.errors.log.enable=true\n",
        "A->B.rest.port=1\n", "name=mirror\n"}) {
    const auto config = Parse(absl::StrCat(kTwoClusters, text));
    ASSERT_TRUE(config.ok()) << config.status();
    EXPECT_THAT(config->warnings(), IsEmpty()) << text;
    EXPECT_THAT(config->notes(), ElementsAre(HasSubstr("no effect: "))) << text;
  }
}

TEST(ConfigWarningTest, PropertiesThatMoveProgressOrRecordsInMm2AreRefused) {
  const struct {
    const char* text;
    const char* error;
  } vectors[] = {
      {"connector.class=MirrorSourceConnector\n", "remove it"},
      {"A->B.offsets.storage.topic=o\n", "write offset.storage.topic"},
  };
  for (const auto& vector : vectors) {
    EXPECT_THAT(Errors(absl::StrCat(kTwoClusters, vector.text)),
                HasSubstr(vector.error));
  }
}

}  // namespace
}  // namespace mirror::internal
