// SPDX-License-Identifier: Apache-2.0

#include "mirror/java/jaas.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace mirror::internal {
namespace {

using Options = std::map<std::string, std::string>;

TEST(JaasTest, ReadsModuleAndOptions) {
  const auto entry = ParseJaas(
      "org.apache.kafka.common.security.plain.PlainLoginModule required\n"
      "  username=\"alice\" password=\"pw\";");
  ASSERT_TRUE(entry.ok()) << entry.status();
  EXPECT_EQ(entry->login_module, "PlainLoginModule");
  EXPECT_EQ(entry->options,
            (Options{{"username", "alice"}, {"password", "pw"}}));
}

TEST(JaasTest, ReadsQuotesAndEscapes) {
  const struct {
    const char* written;
    const char* value;
  } vectors[] = {
      {R"("a b")", "a b"},
      {R"("a\"b")", "a\"b"},
      {R"("a\\b")", "a\\b"},
      {R"('a"b')", "a\"b"},
      {R"("a'b")", "a'b"},
      {R"("a;b=c")", "a;b=c"},
      {R"("a\tb")", "a\tb"},
      {R"("\101\60\7")", "A0\a"},
      {R"("\q")", "q"},
      {R"("")", ""},
      {"plain", "plain"},
      {"123", "123"},
      {R"("/* no comment")", "/* no comment"},
  };
  for (const auto& vector : vectors) {
    const auto entry =
        ParseJaas(std::string("M required x = ") + vector.written + " ;");
    ASSERT_TRUE(entry.ok()) << vector.written << entry.status();
    EXPECT_EQ(entry->options.at("x"), vector.value) << vector.written;
  }
}

TEST(JaasTest, AcceptsModuleWithoutOptions) {
  const auto entry = ParseJaas(" a.b.OAuthBearerLoginModule REQUIRED ; ");
  ASSERT_TRUE(entry.ok()) << entry.status();
  EXPECT_EQ(entry->login_module, "OAuthBearerLoginModule");
  EXPECT_TRUE(entry->options.empty());
}

TEST(JaasTest, ErrorsSayWhatIsWrongButNeverWhatWasWritten) {
  const struct {
    const char* text;
    const char* message;
  } vectors[] = {
      {"", "malformed JAAS: it must end with a semicolon"},
      {"hunter2", "malformed JAAS: it must end with a semicolon"},
      {"M required a=\"hunter2\"",
       "malformed JAAS: it must end with a semicolon"},
      {"M required a=\"hunter2;",
       "malformed JAAS: a quotation mark is not closed"},
      {"M hunter2 a=b;",
       "malformed JAAS: after the login module, 'required' must follow"},
      {"M required hunter2;", "malformed JAAS: an option has no '='"},
      {"M required hunter2=;", "malformed JAAS: a name or value is missing"},
      {"M required; hunter2 required;",
       "malformed JAAS: only one login module may be given"},
  };
  for (const auto& vector : vectors) {
    EXPECT_EQ(ParseJaas(vector.text).status().message(), vector.message)
        << vector.text;
  }
}

}  // namespace
}  // namespace mirror::internal
