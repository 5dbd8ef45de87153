// SPDX-License-Identifier: Apache-2.0

#include "mirror/daemon/preview_failover.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "mirror/client/mirror_client.h"
#include "mirror/daemon/text_table.h"
#include "mirror/flow_cluster.h"
#include "mirror/flow_topics.h"
#include "mirror/http/value_text.h"
#include "mirror/model/format_count.h"
#include "mirror/model/utf8.h"
#include "mirror/policy/filters.h"
#include "mirror/policy/topic_selection.h"
#include "nlohmann/json.hpp"

namespace mirror::internal {
namespace {

using Json = nlohmann::ordered_json;

constexpr absl::Duration kTimeout = absl::Minutes(1);

absl::StatusOr<FailoverPreview> Preview(const Flow& flow,
                                        const std::string& group,
                                        const Logger& log) {
  auto source = ConnectFlowCluster(flow.source, log);
  if (!source.ok()) return source.status();
  auto target = ConnectFlowCluster(flow.target, log);
  if (!target.ok()) return target.status();
  MirrorClientOptions client_options;
  client_options.policy = flow.policy;
  client_options.cluster = *std::move(target);
  const auto client = MirrorClient::Create(std::move(client_options));
  if (!client.ok()) return client.status();
  auto groups = flow.groups;
  if (groups == nullptr) {
    auto defaults = RegexGroupFilter::Create();
    if (!defaults.ok()) return defaults.status();
    groups = *std::move(defaults);
  }
  FailoverPreviewOptions options;
  options.source_alias = flow.source.alias;
  options.source = *std::move(source);
  options.copies_topic = [&flow](absl::string_view topic) {
    return ShouldReplicateTopic(SelectionOf(flow), topic);
  };
  options.translates_group = [&groups](absl::string_view name) {
    return groups->ShouldReplicateGroup(name);
  };
  options.group = group;
  options.progress_topic = ProgressTopic(flow);
  return (*client)->PreviewFailover(options, kTimeout);
}

// The partitions of a topic together.
struct TopicLoss {
  int64_t partitions = 0;
  int64_t records = 0;
  std::optional<absl::Duration> oldest_age;
  std::string reason;  // why some are not counted
};

std::map<std::string, TopicLoss> LossByTopic(const FailoverPreview& preview) {
  std::map<std::string, TopicLoss> topics;
  for (const auto& [partition, uncopied] : preview.partitions) {
    TopicLoss& topic = topics[partition.topic];
    ++topic.partitions;
    topic.records += uncopied.records.value_or(0);
    topic.oldest_age = std::max(topic.oldest_age, uncopied.oldest_age);
    if (!uncopied.records.has_value()) topic.reason = uncopied.reason;
  }
  return topics;
}

std::string FormatAge(const std::optional<absl::Duration>& age) {
  return age.has_value() ? FormatMs(absl::ToInt64Milliseconds(*age)) : "";
}

// "12 records of 2 topics are not on the target; the oldest is 1.5 s old".
std::string Sentence(const FailoverPreview& preview) {
  if (!preview.source.ok()) {
    return absl::StrCat("what is not copied is unknown: ",
                        preview.source.message());
  }
  TopicLoss all;
  int64_t topics = 0;
  bool complete = true;
  for (const auto& [name, topic] : LossByTopic(preview)) {
    all.records += topic.records;
    all.oldest_age = std::max(all.oldest_age, topic.oldest_age);
    topics += topic.records > 0 ? 1 : 0;
    complete &= topic.reason.empty();
  }
  const char* const unknown =
      complete ? "" : ", besides those of partitions that are unknown";
  if (all.records == 0) {
    return absl::StrCat("every record is on the target", unknown);
  }
  const std::string age = FormatAge(all.oldest_age);
  return absl::StrCat(FormatCount(all.records),
                      all.records == 1 ? " record of " : " records of ",
                      FormatCount(topics), topics == 1 ? " topic" : " topics",
                      all.records == 1 ? " is" : " are", " not on the target",
                      unknown,
                      age.empty() ? "" : "; the oldest is " + age + " old");
}

std::string TopicTable(const FailoverPreview& preview) {
  TextTable table{{{"Topic"},
                   {"Partitions", true},
                   {"Not copied", true},
                   {"Oldest", true},
                   {"Unknown"}},
                  {}};
  for (const auto& [name, topic] : LossByTopic(preview)) {
    if (topic.records == 0 && topic.reason.empty()) continue;
    table.rows.push_back({name, FormatCount(topic.partitions),
                          FormatCount(topic.records),
                          FormatAge(topic.oldest_age), topic.reason});
  }
  return table.rows.empty() ? "" : "\n" + FormatTable(table);
}

std::string GroupTable(const FailoverPreview& preview) {
  TextTable table{{{"Group"},
                   {"Exact", true},
                   {"Lower bound", true},
                   {"Unknown", true},
                   {"Reads again", true},
                   {"Skipped"}},
                  {}};
  for (const bool skipped : {true, false}) {
    for (const GroupPreview& group : preview.groups) {
      if (group.skipped_reason.empty() == skipped) continue;
      table.rows.push_back({group.group, FormatCount(group.exact),
                            FormatCount(group.lower_bound),
                            FormatCount(group.unknown),
                            group.rereads ? FormatCount(*group.rereads) : "",
                            group.skipped_reason});
    }
  }
  return table.rows.empty() ? "" : "\n" + FormatTable(table);
}

template <class T>
Json OrNull(const std::optional<T>& value) {
  return value.has_value() ? Json(*value) : Json();
}

std::optional<int64_t> AgeMs(const std::optional<absl::Duration>& age) {
  if (!age.has_value()) return std::nullopt;
  return absl::ToInt64Milliseconds(*age);
}

Json PreviewJson(const FailoverPreview& preview) {
  Json partitions = Json::array();
  for (const auto& [partition, uncopied] : preview.partitions) {
    partitions.push_back({{"topic", ToUtf8(partition.topic)},
                          {"partition", partition.partition},
                          {"records", OrNull(uncopied.records)},
                          {"oldest_age_ms", OrNull(AgeMs(uncopied.oldest_age))},
                          {"reason", ToUtf8(uncopied.reason)}});
  }
  Json groups = Json::array();
  for (const GroupPreview& group : preview.groups) {
    groups.push_back({{"group", ToUtf8(group.group)},
                      {"exact", group.exact},
                      {"lower_bound", group.lower_bound},
                      {"unknown", group.unknown},
                      {"rereads", OrNull(group.rereads)},
                      {"skipped_reason", ToUtf8(group.skipped_reason)}});
  }
  return {{"source", ToUtf8(std::string(preview.source.message()))},
          {"partitions", std::move(partitions)},
          {"groups", std::move(groups)}};
}

}  // namespace

FlowPreview PreviewFlowFailover(const Flow& flow, const std::string& group,
                                const Logger& log) {
  return {flow.name(), Preview(flow, group, log)};
}

bool IsComplete(const std::vector<FlowPreview>& previews) {
  return std::all_of(
      previews.begin(), previews.end(), [](const FlowPreview& flow) {
        return flow.preview.ok() && flow.preview->source.ok() &&
               std::all_of(flow.preview->partitions.begin(),
                           flow.preview->partitions.end(),
                           [](const auto& entry) {
                             return entry.second.records.has_value();
                           });
      });
}

std::string FormatPreviews(const std::vector<FlowPreview>& previews) {
  std::string text;
  for (const FlowPreview& flow : previews) {
    absl::StrAppend(&text, text.empty() ? "" : "\n", ToPrintable(flow.flow),
                    ": ");
    if (flow.preview.ok()) {
      absl::StrAppend(&text, ToPrintable(Sentence(*flow.preview)), "\n",
                      TopicTable(*flow.preview), GroupTable(*flow.preview));
    } else {
      absl::StrAppend(&text, ToPrintable(flow.preview.status().message()),
                      "\n");
    }
  }
  return text;
}

std::string PreviewsJson(const std::vector<FlowPreview>& previews) {
  Json flows = Json::array();
  for (const FlowPreview& flow : previews) {
    Json object =
        flow.preview.ok() ? PreviewJson(*flow.preview) : Json::object();
    object["flow"] = ToUtf8(flow.flow);
    object["error"] = ToUtf8(std::string(flow.preview.status().message()));
    flows.push_back(std::move(object));
  }
  return flows.dump() + "\n";
}

}  // namespace mirror::internal
