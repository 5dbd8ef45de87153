// SPDX-License-Identifier: Apache-2.0

#include "tests/support/kerberos_realm.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace mirror::internal::testing {
namespace {

constexpr char kRealm[] = "MIRROR.TEST";
constexpr int kPort = 8800;

// Without DNS, which knows neither the realm nor the host, and with no name in
// place of the address.
constexpr char kClientConfig[] = R"([libdefaults]
  default_realm = MIRROR.TEST
  dns_lookup_realm = false
  dns_lookup_kdc = false
  dns_canonicalize_hostname = false
  rdns = false
  udp_preference_limit = 1
[realms]
  MIRROR.TEST = {
    kdc = HOST:PORT
  }
)";

constexpr char kKdcConfig[] = R"([kdcdefaults]
  kdc_listen = HOST:PORT
  kdc_tcp_listen = HOST:PORT
[realms]
  MIRROR.TEST = {
    database_name = DIRECTORY/principal
    key_stash_file = DIRECTORY/stash
  }
)";

void Run(const std::vector<std::string>& argv) {
  const Ended ended = RunProgram(argv);
  if (ended.exit_code == 0) return;
  std::fprintf(stderr, "%s: %s\n", argv[0].c_str(), ended.output.c_str());
  std::abort();
}

void SetVariable(const char* name, const std::string& value) {
  setenv(name, value.c_str(), /*overwrite=*/1);
}

}  // namespace

KerberosRealm::KerberosRealm(const std::string& host)
    : directory_(MakeTestDirectory("kerberos")) {
  const auto write = [&](const char* name, const char* text) {
    std::string path = absl::StrCat(directory_, "/", name);
    std::ofstream(path) << absl::StrReplaceAll(text,
                                               {{"HOST", host},
                                                {"PORT", absl::StrCat(kPort)},
                                                {"DIRECTORY", directory_}});
    return path;
  };
  const std::string config = write("krb5.conf", kClientConfig);
  SetVariable("KRB5_CONFIG", config);
  SetVariable("KRB5_KDC_PROFILE", write("kdc.conf", kKdcConfig));
  SetVariable("KRB5CCNAME", directory_ + "/tickets");
  SetVariable("JDK_JAVA_OPTIONS", "-Djava.security.krb5.conf=" + config);
  Run({"/usr/sbin/kdb5_util", "create", "-s", "-r", kRealm, "-P", "master"});
  kdc_ = ChildProcess::Start({"/usr/sbin/krb5kdc", "-n"}, directory_ + "/log")
             .value();
}

std::string KerberosRealm::Principal(const std::string& name) const {
  return absl::StrCat(name, "@", kRealm);
}

std::string KerberosRealm::NewKeytab(const std::string& name) {
  const std::string keytab = MakeTestDirectory("keytab") + "/keytab";
  const auto kadmin = [](const std::string& query) {
    Run({"/usr/sbin/kadmin.local", "-r", kRealm, "-q", query});
  };
  // Says so, and no more, if it is there.
  kadmin(absl::StrCat("addprinc -randkey ", name));
  kadmin(absl::StrCat("ktadd -k ", keytab, " ", name));
  return keytab;
}

}  // namespace mirror::internal::testing
