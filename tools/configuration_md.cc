// SPDX-License-Identifier: Apache-2.0

#include "tools/configuration_md.h"

#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "mirror/config/property_reader.h"
#include "mirror/config/property_table.h"
#include "mirror/java/java_client_settings.h"

namespace mirror::internal {
namespace {

constexpr absl::string_view kIntroduction =
    R"(<!-- Printed from the tables in mirror/config and mirror/java by tools/update_configuration_md. Do not edit. -->

# Configuration

`mirror_maker FILE` takes a file of MirrorMaker 2's dedicated mode (MM2, `mm2.properties`) unchanged. It is a Java
`.properties` file: UTF-8 or ISO-8859-1, `\uXXXX`, continuation lines. MM2 itself reads ISO-8859-1 only, so write
characters beyond ASCII as `\uXXXX` if both programs are to read the file.

    clusters = A, B
    A.bootstrap.servers = a1:9092, a2:9092
    B.bootstrap.servers = b1:9092
    A->B.enabled = true
    A->B.topics = orders.*, payments\\.v1

A value that is not allowed is an error, with file, line, property and what is allowed. A property that is unknown, or
has no effect where it is written, is a warning. One run reports all of them. `--print-config` shows the values in force
and where each is written.

## Places and precedence

| Written as | Applies to |
|---|---|
| `NAME` | all flows |
| `S.NAME` or `T.NAME` | flows out of S, or into T; overrides `NAME`, but not for topics of the worker (`offset.storage.topic`) |
| `S->T.NAME` | the flow; overrides the others |

S and T are names in `clusters`, and the aliases of the clusters unless `source.cluster.alias`, `target.cluster.alias` or
`alias` says otherwise. Names of topics, progress, checkpoints and heartbeats have the alias, as in MM2; the flow, its
worker topics (`mm2-offsets.S.internal`) and its dead-letter topic have the name.

A pair of clusters gets a flow if `S->T.enabled` is true, or if heartbeats are not disabled for it.
`--clusters T ...` keeps the flows into the clusters named.

Settings of Kafka clients have MM2's precedence exactly; later ones override earlier ones:

| Client | Settings |
|---|---|
| consumer on the source | `S->T.consumer.k`, `S.consumer.k`, `S->T.source.consumer.k` |
| consumer on the target | `S->T.consumer.k`, `T.consumer.k`, `S->T.target.consumer.k` |
| admin clients | the same with `admin` |
| producer of offset syncs | the same with `producer`, for the cluster of `offset-syncs.topic.location` |
| producer of data, checkpoints, heartbeats and progress | `T.producer.k`, `S->T.producer.override.k` |

For `bootstrap.servers`, `security.protocol`, `ssl.*`, `sasl.*` and `librdkafka.*` (not in MM2), `S.k` sets
`S.consumer.k`, `S.producer.k` and `S.admin.k` where these are not written, and `k` at the top level sets `S.k` of every
cluster. Other settings need the client's name. MM2 has three traps, and each is a warning here: `S.consumer.k` overrides
`S->T.consumer.k`; `S->T.producer.k` does not reach the producer of data; `consumer.k`, `producer.k` and `admin.k` at the
top level have no effect.

## Variables and secrets

`${env:NAME}` is an environment variable, `${file:/path:key}` a key of another properties file, `${dir:/path:name}` the
content of a file in a folder. They work without `config.providers`, which may give them other names. Passwords, keys,
JAAS texts and values of variables appear in no message and no log.
)";

// Cells must not be split by a pipe.
std::string Cell(absl::string_view text) {
  return absl::StrReplaceAll(text, {{"|", "\\|"}});
}

std::string Code(absl::string_view text) {
  return text.empty() ? "" : absl::StrCat("`", Cell(text), "`");
}

std::string Where(const PropertySpec& spec) {
  std::vector<std::string> places;
  if ((spec.scopes & kTopLevel) != 0) places.push_back("top");
  if ((spec.scopes & kSource) != 0) places.push_back("S");
  if ((spec.scopes & kTarget) != 0) places.push_back("T");
  if ((spec.scopes & kFlow) != 0) places.push_back("S->T");
  return absl::StrJoin(places, ", ");
}

void PrintUsed(std::string* out) {
  absl::StrAppend(
      out,
      "\n## Properties\n\nS and T are source and target, as named in "
      "`clusters`. `exactly.once.source.support = enabled` is "
      "refused by this version.\n\n"
      "| Property | Value | Default | MM2's default, if other | "
      "Place | Meaning |\n|---|---|---|---|---|---|\n");
  for (const PropertySpec& spec : AllProperties()) {
    if (spec.use != PropertyUse::kUsed) continue;
    absl::StrAppend(out, "| ", Code(spec.name), " | ",
                    Cell(AllowedValues(spec)), " | ", Code(spec.fallback),
                    " | ", Code(spec.mm2_fallback), " | ", Where(spec), " | ",
                    Cell(spec.meaning), " |\n");
  }
}

void PrintUnused(PropertyUse use, absl::string_view title,
                 absl::string_view column, std::string* out) {
  absl::StrAppend(out, "\n## ", title, "\n\n| Property | ", column,
                  " |\n|---|---|\n");
  for (const PropertySpec& spec : AllProperties()) {
    if (spec.use != use) continue;
    absl::StrAppend(out, "| ", Code(spec.name), " | ", Cell(spec.meaning),
                    " |\n");
  }
}

std::string Clients(const JavaSettingSpec& spec) {
  std::vector<std::string> clients;
  const auto has = [&](JavaClient client) {
    return (spec.roles & static_cast<unsigned>(client)) != 0;
  };
  if (has(JavaClient::kConsumer)) clients.push_back("consumer");
  if (has(JavaClient::kProducer)) clients.push_back("producer");
  if (has(JavaClient::kAdmin)) clients.push_back("admin");
  return clients.size() == 3 ? "all" : absl::StrJoin(clients, ", ");
}

std::string ClientValue(const JavaSettingSpec& spec) {
  if (spec.translation == Translation::kBoolean) return "true or false";
  if (spec.translation == Translation::kNumber) {
    return absl::StrCat(spec.min, " to ", spec.max);
  }
  return absl::StrJoin(spec.choices, ", ");
}

void PrintTranslated(std::string* out) {
  absl::StrAppend(
      out,
      "\n## Settings of Kafka's Java clients\n\n"
      "They are translated to librdkafka's; a number outside librdkafka's "
      "range "
      "is clamped to it, with a warning.\nWherever a client setting can be "
      "written, `librdkafka.NAME` sets librdkafka's own, and overrides it: "
      "`A.consumer.librdkafka.queued.min.messages = 10000`.\n\n"
      "| Java | Clients | librdkafka | Values | To know |\n"
      "|---|---|---|---|---|\n");
  for (const JavaSettingSpec& spec : AllJavaSettings()) {
    if (!spec.HasEffect()) continue;
    const bool same = spec.librdkafka == spec.name;
    absl::StrAppend(out, "| ", Code(spec.name), " | ", Clients(spec), " | ",
                    same ? "same" : Code(spec.librdkafka), " | ",
                    ClientValue(spec), " | ", Cell(spec.meaning), " |\n");
  }
}

void PrintUntranslated(bool refused, absl::string_view title,
                       absl::string_view column, std::string* out) {
  absl::StrAppend(out, "\n### ", title, "\n\n| Java | ", column,
                  " |\n|---|---|\n");
  for (const JavaSettingSpec& spec : AllJavaSettings()) {
    if (spec.HasEffect() ||
        (spec.translation == Translation::kRefused) != refused) {
      continue;
    }
    absl::StrAppend(out, "| ", Code(spec.name), " | ", Cell(spec.meaning),
                    " |\n");
  }
}

}  // namespace

std::string ConfigurationMarkdown() {
  std::string out(kIntroduction);
  PrintUsed(&out);
  PrintUnused(PropertyUse::kIgnored, "Accepted, without effect", "Why", &out);
  PrintUnused(PropertyUse::kRefused, "Refused", "Instead", &out);
  PrintTranslated(&out);
  PrintUntranslated(false, "Accepted, without effect on clients", "Why", &out);
  PrintUntranslated(true, "Refused for clients", "Instead", &out);
  return out;
}

}  // namespace mirror::internal
