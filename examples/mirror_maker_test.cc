// SPDX-License-Identifier: Apache-2.0
//
// What mirror_maker answers before it meets a cluster. The rest is in
// tests/integration/mirror_maker_test.cc.

#include "tests/support/mirror_maker.h"

#include <unistd.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/http/listen_address.h"
#include "nlohmann/json.hpp"

namespace mirror::internal::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

// Two clusters that do not answer; `lines` begin in line 5.
std::string File(const std::string& lines) {
  return WriteProperties(
      absl::StrCat("clusters = A, B\n"
                   "A.bootstrap.servers = 127.0.0.1:1\n"
                   "B.bootstrap.servers = 127.0.0.1:2\n"
                   "A->B.enabled = true\n",
                   lines));
}

TEST(MirrorMakerTest, HelpAndVersionSucceed) {
  const Ended help = RunMirrorMaker({"--help"});
  EXPECT_EQ(help.exit_code, 0);
  EXPECT_THAT(help.output, HasSubstr("--clusters ALIAS..."));
  const Ended version = RunMirrorMaker({"--version"});
  EXPECT_EQ(version.exit_code, 0);
  EXPECT_THAT(version.output, HasSubstr("mirror_maker 0."));
}

TEST(MirrorMakerTest, WrongArgumentsAreCode2) {
  const Ended ended = RunMirrorMaker({"mm2.properties", "--frobnicate"});
  EXPECT_EQ(ended.exit_code, 2);
  EXPECT_THAT(ended.output, HasSubstr("--frobnicate: unknown option"));
}

TEST(MirrorMakerTest, APublicAddressMustBeAllowedAndIsElseCode2) {
  const Ended ended =
      RunMirrorMaker({File(""), "--metrics-listen", "0.0.0.0:0"});
  EXPECT_EQ(ended.exit_code, 2);
  EXPECT_THAT(ended.output, HasSubstr("--metrics-allow-public"));
}

TEST(MirrorMakerTest, APortThatIsTakenIsCode3) {
  const auto taken = Listen("127.0.0.1:0", /*allow_public=*/false);
  ASSERT_TRUE(taken.ok()) << taken.status();
  const Ended ended =
      RunMirrorMaker({File(""), "--metrics-listen=" + taken->address});
  close(taken->fd);
  EXPECT_EQ(ended.exit_code, 3);
  EXPECT_THAT(ended.output, HasSubstr("cannot listen on 127.0.0.1:"));
}

TEST(MirrorMakerTest, AFileThatIsNotThereIsCode2) {
  const Ended ended = RunMirrorMaker({"no-such-file.properties"});
  EXPECT_EQ(ended.exit_code, 2);
  EXPECT_THAT(ended.output, HasSubstr("no-such-file.properties"));
}

TEST(MirrorMakerTest, EveryMistakeIsNamedWithItsPlaceAndCode2) {
  const std::string file = File("tasks.max = none\nenabled = perhaps\n");
  const Ended ended = RunMirrorMaker({file});
  EXPECT_EQ(ended.exit_code, 2);
  EXPECT_THAT(ended.output,
              AllOf(HasSubstr(absl::StrCat(file, ":5: tasks.max = none: ")),
                    HasSubstr(absl::StrCat(file, ":6: enabled = perhaps: "))));
}

TEST(MirrorMakerTest, WarningsAreLoggedBesideMistakes) {
  const std::string file = File("tasks.max = none\ntask.max = 2\n");
  const Ended ended = RunMirrorMaker({file});
  EXPECT_EQ(ended.exit_code, 2);
  EXPECT_THAT(ended.output,
              AllOf(HasSubstr(absl::StrCat(file, ":5: tasks.max = none: ")),
                    HasSubstr(absl::StrCat(file,
                                           ":6: task.max: no effect: "
                                           "unknown property; did you "
                                           "mean tasks.max?"))));
}

TEST(MirrorMakerTest, ADryRunOfAMistakeIsCode2) {
  const Ended ended =
      RunMirrorMaker({"--dry-run", File("use.defaults.from = nowhere\n")});
  EXPECT_EQ(ended.exit_code, 2);
  EXPECT_THAT(ended.output, HasSubstr(":5: use.defaults.from = nowhere"));
}

TEST(MirrorMakerTest, AClusterThatIsNotThereIsCode2) {
  const Ended ended = RunMirrorMaker({File(""), "--clusters", "C"});
  EXPECT_EQ(ended.exit_code, 2);
  EXPECT_THAT(ended.output, HasSubstr("--clusters names 'C'"));
}

TEST(MirrorMakerTest, ExactlyOnceIsRefusedRatherThanForgotten) {
  const Ended ended =
      RunMirrorMaker({File("B.exactly.once.source.support = enabled\n")});
  EXPECT_EQ(ended.exit_code, 2);
  EXPECT_THAT(ended.output,
              HasSubstr(":5: B.exactly.once.source.support = enabled: "));
}

TEST(MirrorMakerTest, ASettingThatLibrdkafkaRefusesIsCode3) {
  const Ended ended =
      RunMirrorMaker({File("A.librdkafka.no.such.setting = 1\n")});
  EXPECT_EQ(ended.exit_code, 3);
  EXPECT_THAT(ended.output, HasSubstr("cluster A: no.such.setting: "));
}

TEST(MirrorMakerTest, PrintConfigShowsWhatIsInForceAndNoSecret) {
  const Ended ended = RunMirrorMaker(
      {File("A->B.tasks.max = 7\n"
            "B.security.protocol = SASL_PLAINTEXT\n"
            "B.sasl.mechanism = PLAIN\n"
            "B.sasl.jaas.config = org.apache.kafka.common.security.plain."
            "PlainLoginModule required username=\"u\" password=\"hunter2\";\n"),
       "--print-config"});
  EXPECT_EQ(ended.exit_code, 0);
  EXPECT_THAT(ended.output, AllOf(HasSubstr("A->B.tasks.max = 7"),
                                  HasSubstr("sasl.password = [hidden]"),
                                  Not(HasSubstr("hunter2"))));
}

TEST(MirrorMakerTest, ConnectorsArePrintedAsAPropertiesFile) {
  const std::string source = WriteFile(
      "source.json",
      R"({"name": "s", "config": {"connector.class": "MirrorSourceConnector",
          "source.cluster.alias": "A", "target.cluster.alias": "B",
          "source.cluster.bootstrap.servers": "a:1",
          "target.cluster.bootstrap.servers": "b:1", "tasks.max": 7}})");
  const std::string worker =
      WriteFile("worker.properties", "offset.storage.topic = o\n");
  const Ended ended =
      RunMirrorMaker({source, "--connect-worker", worker, "--print-config"});
  EXPECT_EQ(ended.exit_code, 0);
  EXPECT_THAT(ended.output, AllOf(HasSubstr("clusters = A, B\n"),
                                  HasSubstr("A->B.tasks.max = 7\n"),
                                  HasSubstr("B.offset.storage.topic = o\n")));
  const Ended without = RunMirrorMaker({source});
  EXPECT_EQ(without.exit_code, 2);
  EXPECT_THAT(without.output, HasSubstr("--connect-worker worker.properties"));
}

TEST(MirrorMakerTest, JsonLogsAreOneObjectPerLine) {
  const Ended ended =
      RunMirrorMaker({File("tasks.max = none\n"), "--log-format=json"});
  const std::vector<std::string> lines =
      absl::StrSplit(ended.output, '\n', absl::SkipEmpty());
  ASSERT_FALSE(lines.empty());
  for (const std::string& line : lines) {
    const auto entry = nlohmann::json::parse(line, nullptr, false);
    ASSERT_TRUE(entry.is_object()) << line;
    EXPECT_EQ(entry.value("level", ""), "error") << line;
  }
}

TEST(MirrorMakerTest, AValueThatIsClampedIsAWarningOfTheFile) {
  const Ended ended =
      RunMirrorMaker({File("tasks.max = 500\n"), "--print-config"});
  EXPECT_THAT(ended.output,
              HasSubstr("mm2.properties:5: tasks.max = 500: clamped to 64"));
}

}  // namespace
}  // namespace mirror::internal::testing
