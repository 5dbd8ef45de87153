// SPDX-License-Identifier: Apache-2.0

#include "mirror/config/property_table.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "absl/time/time.h"
#include "mirror/config/property_reader.h"
#include "mirror/java/config_value.h"

namespace mirror::internal {
namespace {

ConfigValue Written(const std::string& property, const std::string& text) {
  ConfigValue value = ConfigValue::Default(property, text);
  value.file = "mm2.properties";
  value.line = 12;
  return value;
}

std::string Problem(const std::string& name, const std::string& text) {
  return std::string(
      CheckValue(*FindProperty(name), Written(name, text)).message());
}

TEST(PropertyTableTest, NamesAreUniqueAndDefaultsAreAllowed) {
  std::set<absl::string_view> names;
  for (const PropertySpec& spec : AllProperties()) {
    EXPECT_TRUE(names.insert(spec.name).second) << spec.name;
    EXPECT_FALSE(spec.meaning.empty()) << spec.name;
    EXPECT_NE(spec.scopes, 0u) << spec.name;
    if (spec.use != PropertyUse::kUsed || spec.fallback.empty()) continue;
    const std::string name(spec.name);
    EXPECT_EQ(Problem(name, std::string(spec.fallback)), "");
    if (spec.mm2_fallback.empty()) continue;
    EXPECT_EQ(Problem(name, std::string(spec.mm2_fallback)), "");
  }
}

// MM2's answer beside ours, where ours differs; each is safe because it only
// makes the mirror quicker, or leaves the choice to the broker.
TEST(PropertyTableTest, DefaultsThatDifferFromMm2) {
  const struct {
    const char* name;
    const char* ours;
    const char* mm2;
  } vectors[] = {
      {"tasks.max", "4", "1"},
      {"refresh.topics.interval.seconds", "5", "600"},
      {"refresh.groups.interval.seconds", "5", "600"},
      {"offset.flush.interval.ms", "1000", "60000"},
      {"replication.factor", "-1", "2"},
      {"checkpoints.topic.replication.factor", "-1", "3"},
      {"heartbeats.topic.replication.factor", "-1", "3"},
      {"offset-syncs.topic.replication.factor", "-1", "3"},
      {"offset.storage.replication.factor", "-1", "3"},
  };
  for (const auto& vector : vectors) {
    const PropertySpec* spec = FindProperty(vector.name);
    ASSERT_NE(spec, nullptr) << vector.name;
    EXPECT_EQ(spec->fallback, vector.ours) << vector.name;
    EXPECT_EQ(spec->mm2_fallback, vector.mm2) << vector.name;
  }
}

TEST(PropertyTableTest, ListDefaultsAreMm2s) {
  EXPECT_EQ(FindProperty("topics")->fallback, ".*");
  EXPECT_EQ(FindProperty("topics.exclude")->fallback,
            ".*[\\-\\.]internal,.*\\.replica,__.*");
  EXPECT_EQ(FindProperty("groups.exclude")->fallback,
            "console-consumer-.*,connect-.*,__.*");
  EXPECT_EQ(FindProperty("config.properties.exclude")->fallback,
            "follower\\.replication\\.throttled\\.replicas,"
            "leader\\.replication\\.throttled\\.replicas,"
            "message\\.timestamp\\.difference\\.max\\.ms,"
            "message\\.timestamp\\.type,"
            "unclean\\.leader\\.election\\.enable,min\\.insync\\.replicas");
}

TEST(PropertyTableTest, FamiliesAreFoundAfterExactNames) {
  EXPECT_EQ(FindProperty("config.storage.topic")->use, PropertyUse::kUsed);
  EXPECT_EQ(FindProperty("config.storage.min.insync.replicas")->name,
            "config.storage.*");
  EXPECT_EQ(FindProperty("config.storage."), nullptr);
  EXPECT_EQ(FindProperty("no.such.property"), nullptr);
}

TEST(PropertyTableTest, ErrorsNamePlaceValueAndWhatIsAllowed) {
  const std::string where = "mm2.properties:12: ";
  EXPECT_EQ(Problem("tasks.max", "0"),
            where + "tasks.max = 0: must be at least 1");
  EXPECT_EQ(Problem("tasks.max", "two"),
            where + "tasks.max = two: must be a whole number, at least 1");
  EXPECT_EQ(Problem("replication.factor", "0"),
            where + "replication.factor = 0: must be -1 or from 1 to 32767");
  EXPECT_EQ(Problem("offset-syncs.topic.location", "both"),
            where +
                "offset-syncs.topic.location = both: must be one of: "
                "source, target");
  EXPECT_EQ(Problem("mirror.ownership", "shared"),
            where + "mirror.ownership = shared: must be one of: alone, group");
  EXPECT_EQ(Problem("enabled", "yes"),
            where + "enabled = yes: must be true or false");
  EXPECT_EQ(Problem("topics.blacklist", "a"),
            where +
                "topics.blacklist = a: Removed in Kafka 4.0: write "
                "topics.exclude.");
  EXPECT_EQ(Problem("key.converter", "org.example.AvroConverter"),
            where +
                "key.converter = org.example.AvroConverter: must be "
                "ByteArrayConverter. Records are copied byte for byte.");
}

// Whether it is known is the question of a PluginRegistry.
TEST(PropertyTableTest, AClassOfTheHostKeepsItsFullName) {
  const PropertySpec& spec = *FindProperty("replication.policy.class");
  EXPECT_EQ(Problem("replication.policy.class", "com.acme.MyPolicy"), "");
  EXPECT_EQ(*ReadText(spec, Written("x", " com.acme.MyPolicy ")),
            "com.acme.MyPolicy");
}

TEST(PropertyTableTest, ServersNeedPorts) {
  for (const char* good :
       {"a:9092", "a:1, b:65535", "[::1]:9092", "PLAINTEXT://a:9092"}) {
    EXPECT_EQ(Problem("bootstrap.servers", good), "") << good;
  }
  for (const char* bad :
       {"", "a", "a:", ":9092", "a:0", "a:65536", "a:1,,b:1", "a:9092,"}) {
    EXPECT_NE(Problem("bootstrap.servers", bad), "") << bad;
  }
}

// MM2's scheduler dies of 0, or spins; a negative interval means never there.
TEST(PropertyTableTest, IntervalOfZeroIsRefusedAndNegativeMeansNever) {
  for (const PropertySpec& spec : AllProperties()) {
    if (spec.type != PropertyType::kSeconds) continue;
    EXPECT_NE(Problem(std::string(spec.name), "0"), "") << spec.name;
    EXPECT_EQ(*ReadDuration(spec, Written("x", "-1")),
              absl::InfiniteDuration());
    EXPECT_EQ(*ReadDuration(spec, Written("x", " 7 ")), absl::Seconds(7));
  }
  EXPECT_NE(Problem("offset.flush.interval.ms", "0"), "");
  EXPECT_NE(Problem("offset.flush.interval.ms", "-1"), "");
  EXPECT_EQ(Problem("session.timeout.ms", "999"),
            "mm2.properties:12: session.timeout.ms = 999: must be at least "
            "1000 (milliseconds)");
}

TEST(PropertyTableTest, ReadsClassesByFullAndSimpleName) {
  const PropertySpec& spec = *FindProperty("replication.policy.class");
  for (const char* name :
       {"IdentityReplicationPolicy",
        "org.apache.kafka.connect.mirror.IdentityReplicationPolicy"}) {
    EXPECT_EQ(*ReadText(spec, Written("x", name)), "IdentityReplicationPolicy");
  }
}

TEST(PropertyTableTest, ReadsTrimmedValuesInAnyCase) {
  EXPECT_TRUE(*ReadBool(*FindProperty("enabled"), Written("x", " TRUE ")));
  EXPECT_EQ(*ReadInt(*FindProperty("tasks.max"), Written("x", " 8 ")), 8);
  EXPECT_EQ(*ReadText(*FindProperty("on.source.gap"), Written("x", "Skip")),
            "skip");
}

}  // namespace
}  // namespace mirror::internal
