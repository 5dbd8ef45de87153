// SPDX-License-Identifier: Apache-2.0

#include "mirror/daemon/command_line.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/testing/matchers.h"

namespace mirror::internal {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Action = CommandLine::Action;

TEST(CommandLineTest, AFileAloneRunsItWithTheDefaults) {
  const auto line = ParseCommandLine({"mm2.properties"});
  ASSERT_THAT(line, IsOk());
  EXPECT_EQ(line->action, Action::kRun);
  EXPECT_THAT(line->files, ElementsAre("mm2.properties"));
  EXPECT_FALSE(line->HasConnectors());
  EXPECT_THAT(line->clusters, IsEmpty());
  EXPECT_EQ(line->log_format, StreamLogSink::Format::kText);
  EXPECT_EQ(line->log_level, LogLevel::kInfo);
  EXPECT_EQ(line->status_interval, absl::Minutes(1));
}

TEST(CommandLineTest, ClustersTakeEveryWordUpToAnOption) {
  const auto line = ParseCommandLine(
      {"--check", "f", "--clusters", "A", "B", "--clusters", "C",
       "--log-format=json", "--log-level=error", "--status-interval=0"});
  ASSERT_THAT(line, IsOk());
  EXPECT_THAT(line->clusters, ElementsAre("A", "B", "C"));
  EXPECT_EQ(line->action, Action::kCheck);
  EXPECT_EQ(line->log_format, StreamLogSink::Format::kJson);
  EXPECT_EQ(line->log_level, LogLevel::kError);
  EXPECT_EQ(line->status_interval, absl::ZeroDuration());
}

TEST(CommandLineTest, MetricsListenTakesItsValueEitherWay) {
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"f", "--metrics-listen", "127.0.0.1:9404"},
        std::vector<std::string>{"--metrics-listen=127.0.0.1:9404", "f"}}) {
    const auto line = ParseCommandLine(arguments);
    ASSERT_THAT(line, IsOk());
    EXPECT_THAT(line->files, ElementsAre("f"));
    EXPECT_EQ(line->metrics_listen, "127.0.0.1:9404");
    EXPECT_FALSE(line->metrics_allow_public);
    EXPECT_EQ(line->metrics.level, MetricsLevel::kPartition);
    EXPECT_FALSE(line->metrics.groups);
  }
}

TEST(CommandLineTest, MetricsAreAsWideAndAsFineAsAskedFor) {
  const auto line = ParseCommandLine(
      {"f", "--metrics-listen", "0.0.0.0:9404", "--metrics-allow-public",
       "--metrics-level=flow", "--metrics-groups"});
  ASSERT_THAT(line, IsOk());
  EXPECT_TRUE(line->metrics_allow_public);
  EXPECT_EQ(line->metrics.level, MetricsLevel::kFlow);
  EXPECT_TRUE(line->metrics.groups);
  EXPECT_EQ(ParseCommandLine({"f", "--metrics-level=topic"})->metrics.level,
            MetricsLevel::kTopic);
}

TEST(CommandLineTest, ACommandAsksAProcess) {
  const auto line =
      ParseCommandLine({"topics", "--at", "127.0.0.1:9404", "--watch"});
  ASSERT_THAT(line, IsOk());
  EXPECT_EQ(line->action, Action::kStatus);
  EXPECT_EQ(line->status.view, StatusCommand::View::kTopics);
  EXPECT_EQ(line->status.at, "127.0.0.1:9404");
  EXPECT_TRUE(line->status.watch);
  EXPECT_FALSE(line->status.json);
  const auto groups = ParseCommandLine({"groups", "--json", "--at=x:1"});
  ASSERT_THAT(groups, IsOk());
  EXPECT_EQ(groups->status.view, StatusCommand::View::kGroups);
  EXPECT_TRUE(groups->status.json);
  EXPECT_EQ(ParseCommandLine({"status", "--help"})->action, Action::kHelp);
  EXPECT_THAT(ParseCommandLine({"./status"})->files, ElementsAre("./status"));
}

TEST(CommandLineTest, APreviewIsOfAFile) {
  const auto line = ParseCommandLine({"preview-failover", "f", "--clusters",
                                      "B", "--group", "billing", "--json"});
  ASSERT_THAT(line, IsOk());
  EXPECT_EQ(line->action, Action::kPreviewFailover);
  EXPECT_THAT(line->files, ElementsAre("f"));
  EXPECT_THAT(line->clusters, ElementsAre("B"));
  EXPECT_EQ(line->group, "billing");
  EXPECT_TRUE(line->json);
  EXPECT_EQ(ParseCommandLine({"preview-failover", "f", "--group=x"})->group,
            "x");
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"preview-failover"},
        std::vector<std::string>{"preview-failover", "f", "--check"},
        std::vector<std::string>{"preview-failover", "f", "--group"},
        std::vector<std::string>{"f", "--json"},
        std::vector<std::string>{"f", "--group=x"}}) {
    EXPECT_THAT(ParseCommandLine(arguments),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("")));
  }
}

TEST(CommandLineTest, ACommandNamesWhatIsMissingOrWrong) {
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"status"},
        std::vector<std::string>{"status", "--at"},
        std::vector<std::string>{"status", "--at="}}) {
    EXPECT_THAT(ParseCommandLine(arguments),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         HasSubstr("--at HOST:PORT is missing")));
  }
  EXPECT_THAT(ParseCommandLine({"groups", "--at=x:1", "--check"}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("--check: unknown option of groups")));
}

TEST(CommandLineTest, ConnectorsAreJsonFilesAndHaveAWorker) {
  for (const std::vector<std::string>& worker :
       {std::vector<std::string>{"--connect-worker", "w.properties"},
        std::vector<std::string>{"--connect-worker=w.properties"}}) {
    std::vector<std::string> arguments = {"source.json", "checkpoint.json"};
    arguments.insert(arguments.begin() + 1, worker.begin(), worker.end());
    const auto line = ParseCommandLine(arguments);
    ASSERT_THAT(line, IsOk());
    EXPECT_TRUE(line->HasConnectors());
    EXPECT_THAT(line->files, ElementsAre("source.json", "checkpoint.json"));
    EXPECT_EQ(line->connect_worker, "w.properties");
  }
}

TEST(CommandLineTest, HelpAndVersionNeedNoFile) {
  EXPECT_EQ(ParseCommandLine({"--help"})->action, Action::kHelp);
  EXPECT_EQ(ParseCommandLine({"-h"})->action, Action::kHelp);
  EXPECT_EQ(ParseCommandLine({"--version"})->action, Action::kVersion);
  EXPECT_EQ(ParseCommandLine({"f", "--print-config"})->action,
            Action::kPrintConfig);
  EXPECT_EQ(ParseCommandLine({"--dry-run", "f"})->action, Action::kDryRun);
}

TEST(CommandLineTest, MistakesAreNamed) {
  const struct {
    std::vector<std::string> arguments;
    std::string message;
  } kCases[] = {
      {{}, "FILE is missing"},
      {{"--clusters", "A", "mm2.properties"}, "goes before --clusters"},
      {{"f", "--clusters"}, "--clusters: name at least one alias"},
      {{"f", "--clusters", "--check"}, "--clusters: name at least one alias"},
      {{"f", "g"}, "f: only FILE.json, connectors, can be more than one"},
      {{"a.json", "g"}, "g: only FILE.json"},
      {{"f", "--connect-worker", "w"}, "--connect-worker: goes with FILE.json"},
      {{"a.json", "--connect-worker"}, "--connect-worker: needs a FILE"},
      {{"f", "--frobnicate"}, "--frobnicate: unknown option"},
      {{"f", "--clusters=A"}, "--clusters=A: unknown option"},
      {{"f", "--log-format=xml"}, "--log-format=xml: must be text or json"},
      {{"f", "--log-level=loud"}, "--log-level=loud: must be debug,"},
      {{"f", "--status-interval=-1"}, "must be a number of seconds"},
      {{"f", "--status-interval=soon"}, "must be a number of seconds"},
      {{"f", "--metrics-listen"}, "HOST:PORT is missing"},
      {{"f", "--metrics-level=shard"}, "must be flow, topic or partition"},
  };
  for (const auto& c : kCases) {
    EXPECT_THAT(
        ParseCommandLine(c.arguments),
        StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(c.message)));
  }
}

}  // namespace
}  // namespace mirror::internal
