// SPDX-License-Identifier: Apache-2.0

#include "mirror/java/config_provider.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "absl/status/status.h"
#include "mirror/java/java_properties.h"

namespace mirror::internal {
namespace {

ConfigSources FakeSources() {
  ConfigSources sources;
  sources.get_env = [](const std::string& name) -> absl::optional<std::string> {
    if (name == "PASSWORD") return std::string("hunter2");
    if (name == "NESTED") return std::string("${env:PASSWORD}");
    if (name == "EMPTY") return std::string();
    return absl::nullopt;
  };
  sources.read_file =
      [](const std::string& path) -> absl::StatusOr<std::string> {
    if (path == "/run/db.properties") return std::string("user=al\\u0069ce\n");
    if (path == "/run/bad.properties") return std::string("user=hunter2\\uX");
    if (path == "/run/secrets/token") return std::string("t0ken");
    return absl::NotFoundError(path + ": No such file or directory");
  };
  return sources;
}

absl::StatusOr<std::string> Resolve(const std::string& value,
                                    const std::string& declared = "") {
  const auto properties = JavaProperties::Parse(declared, "f");
  ConfigProviders providers(properties.value(), FakeSources());
  return providers.Resolve(value);
}

TEST(ConfigProvidersTest, ResolvesEveryKindUndeclared) {
  EXPECT_EQ(*Resolve("${env:PASSWORD}"), "hunter2");
  EXPECT_EQ(*Resolve("${env:EMPTY}"), "");
  EXPECT_EQ(*Resolve("${file:/run/db.properties:user}"), "alice");
  EXPECT_EQ(*Resolve("${dir:/run/secrets:token}"), "t0ken");
  EXPECT_EQ(*Resolve("${directory:/run/secrets:token}"), "t0ken");
}

TEST(ConfigProvidersTest, KeepsTheTextAround) {
  EXPECT_EQ(*Resolve("a ${env:PASSWORD} b ${dir:/run/secrets:token}."),
            "a hunter2 b t0ken.");
}

TEST(ConfigProvidersTest, LeavesOrdinaryTextAlone) {
  for (const char* text :
       {"", "plain", "$", "${", "${}", "${name}", "a$b{c:d}", "${unclosed:x"}) {
    EXPECT_EQ(*Resolve(text), text);
  }
}

TEST(ConfigProvidersTest, ResolvesOnceOnly) {
  EXPECT_EQ(*Resolve("${env:NESTED}"), "${env:PASSWORD}");
}

TEST(ConfigProvidersTest, DeclaredNamesWorkByKafkasClassNames) {
  const std::string declared =
      "config.providers = e , f\n"
      "config.providers.e.class=org.apache.kafka.common.config.provider."
      "EnvVarConfigProvider\n"
      "config.providers.f.class=FileConfigProvider\n";
  EXPECT_EQ(*Resolve("${e:PASSWORD}", declared), "hunter2");
  EXPECT_EQ(*Resolve("${f:/run/db.properties:user}", declared), "alice");
}

TEST(ConfigProvidersTest, ForeignClassIsAnErrorOnlyWhereUsed) {
  const std::string declared =
      "config.providers=vault\n"
      "config.providers.vault.class=com.example.VaultConfigProvider\n";
  EXPECT_EQ(*Resolve("${env:PASSWORD}", declared), "hunter2");
  const auto status = Resolve("${vault:secret/x:y}", declared).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_NE(status.message().find("com.example.VaultConfigProvider"),
            std::string::npos);
}

TEST(ConfigProvidersTest, ErrorsSayWhatIsMissing) {
  const struct {
    const char* value;
    const char* message;
  } vectors[] = {
      {"${env:NONE}",
       "cannot resolve ${env:NONE}: the environment variable NONE is not set"},
      {"${env:/p:NONE}",
       "cannot resolve ${env:/p:NONE}: write ${env:NAME}, without a path"},
      {"${file:key}", "cannot resolve ${file:key}: write ${file:/path:key}"},
      {"${file:/run/none:key}",
       "cannot resolve ${file:/run/none:key}: /run/none: No such file or "
       "directory"},
      {"${file:/run/db.properties:key}",
       "cannot resolve ${file:/run/db.properties:key}: /run/db.properties has "
       "no key key"},
      {"${dir:/run:../etc/shadow}",
       "cannot resolve ${dir:/run:../etc/shadow}: the key must be the name of "
       "a file inside the directory"},
  };
  for (const auto& vector : vectors) {
    EXPECT_EQ(Resolve(vector.value).status().message(), vector.message);
  }
}

TEST(ConfigProvidersTest, ErrorsQuoteNoSecret) {
  // The second looks like a variable, and is the middle of a password.
  for (const char* value :
       {"${file:/run/bad.properties:user}", "x${hunter2:y}"}) {
    const auto status = Resolve(value).status();
    EXPECT_FALSE(status.ok());
    EXPECT_EQ(status.message().find("hunter2"), std::string::npos) << status;
  }
}

TEST(ConfigSourcesTest, SystemReadsThisProcess) {
  const ConfigSources system = ConfigSources::System();
  EXPECT_TRUE(system.get_env("PATH").has_value());
  EXPECT_FALSE(system.get_env("MIRROR_NOT_SET_ANYWHERE").has_value());
  EXPECT_FALSE(system.read_file("/nonexistent/file").ok());
  EXPECT_FALSE(system.read_file("/").ok());
}

}  // namespace
}  // namespace mirror::internal
