// SPDX-License-Identifier: Apache-2.0

#include "mirror/config/config_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "mirror/config/config_testing.h"
#include "mirror/config/mirror_maker_config.h"

namespace mirror {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

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
       "mm2.properties:5: tasks.max is written again in line 6"},
  };
  for (const auto& vector : vectors) {
    const auto config = Parse(absl::StrCat(kTwoClusters, vector.text));
    ASSERT_TRUE(config.ok()) << config.status();
    EXPECT_THAT(config->warnings(), ElementsAre(HasSubstr(vector.warning)));
  }
}

}  // namespace
}  // namespace mirror
