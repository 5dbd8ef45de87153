// SPDX-License-Identifier: Apache-2.0

#include "mirror/java/key_store.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/sha.h>
#include <openssl/x509.h>

#include <cstdint>
#include <cstring>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace mirror::internal {
namespace {

using absl::string_view;

template <auto kFree>
struct Freer {
  template <typename T>
  void operator()(T* object) const {
    kFree(object);
  }
};
using Bio = std::unique_ptr<BIO, Freer<BIO_free>>;
using Certificate = std::unique_ptr<X509, Freer<X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;
using Pkcs12 = std::unique_ptr<PKCS12, Freer<PKCS12_free>>;
using Pkcs8 =
    std::unique_ptr<PKCS8_PRIV_KEY_INFO, Freer<PKCS8_PRIV_KEY_INFO_free>>;
using Envelope = std::unique_ptr<X509_SIG, Freer<X509_SIG_free>>;

constexpr string_view kJksMagic("\xfe\xed\xfe\xed", 4);
constexpr string_view kJceksMagic("\xce\xce\xce\xce", 4);

absl::Status Invalid(string_view reason) {
  return absl::InvalidArgumentError(reason);
}

absl::Status Damaged() { return Invalid("the key store is damaged"); }

absl::Status WrongPassword() {
  return Invalid("the password does not open the key store, or it is damaged");
}

const unsigned char* Bytes(string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string Contents(BIO* text) {
  char* data = nullptr;
  const auto size = BIO_get_mem_data(text, &data);
  return std::string(data, static_cast<size_t>(size));
}

std::string Pem(X509* certificate) {
  const Bio text(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(text.get(), certificate);
  return Contents(text.get());
}

std::string Pem(EVP_PKEY* key) {
  const Bio text(BIO_new(BIO_s_secmem()));
  PEM_write_bio_PKCS8PrivateKey(text.get(), key, nullptr, nullptr, 0, nullptr,
                                nullptr);
  return Contents(text.get());
}

// A command for users who have Java.
std::string Convert(string_view file, string_view type) {
  return absl::StrCat("keytool -importkeystore -srckeystore ", file,
                      " -srcstoretype ", type, " -destkeystore ", file,
                      ".new -deststoretype PKCS12");
}

absl::StatusOr<KeyStore> ParsePkcs12(string_view file, string_view bytes,
                                     const std::string& password) {
  const unsigned char* data = Bytes(bytes);
  const Pkcs12 store(
      d2i_PKCS12(nullptr, &data, static_cast<int64_t>(bytes.size())));
  if (store == nullptr) return Damaged();
  if (PKCS12_mac_present(store.get()) == 1 &&
      PKCS12_verify_mac(store.get(), password.c_str(), -1) != 1) {
    return WrongPassword();
  }
  EVP_PKEY* raw_key = nullptr;
  X509* raw_certificate = nullptr;
  STACK_OF(X509)* others = nullptr;
  if (PKCS12_parse(store.get(), password.c_str(), &raw_key, &raw_certificate,
                   &others) != 1) {
    return Invalid(absl::StrCat(
        "the key store is encrypted in a way that OpenSSL no longer takes: "
        "rewrite it with ",
        Convert(file, "PKCS12")));
  }
  const Key key(raw_key);
  const Certificate certificate(raw_certificate);
  KeyStore result;
  if (key != nullptr) result.key_pem = Pem(key.get());
  if (certificate != nullptr) result.certificates_pem = Pem(certificate.get());
  std::string& rest =
      key != nullptr ? result.certificates_pem : result.trusted_pem;
  for (int i = 0; i < sk_X509_num(others); ++i) {
    absl::StrAppend(&rest, Pem(sk_X509_value(others, i)));
  }
  sk_X509_pop_free(others, X509_free);
  return result;
}

// As Java feeds a password to SHA-1: two bytes a character.
std::string Utf16(const std::string& utf8) {
  unsigned char* data = nullptr;
  int size = 0;
  if (OPENSSL_utf82uni(utf8.c_str(), static_cast<int>(utf8.size()), &data,
                       &size) == nullptr) {
    return "";
  }
  // OpenSSL ends it with two zeros.
  std::string result(reinterpret_cast<char*>(data),
                     static_cast<size_t>(size) - 2);
  OPENSSL_clear_free(data, static_cast<size_t>(size));
  return result;
}

std::string Sha1(string_view a, string_view b, string_view c = "") {
  unsigned char digest[SHA_DIGEST_LENGTH];
  const std::unique_ptr<EVP_MD_CTX, Freer<EVP_MD_CTX_free>> context(
      EVP_MD_CTX_new());
  EVP_DigestInit_ex(context.get(), EVP_sha1(), nullptr);
  for (const string_view part : {a, b, c}) {
    EVP_DigestUpdate(context.get(), part.data(), part.size());
  }
  EVP_DigestFinal_ex(context.get(), digest, nullptr);
  return std::string(reinterpret_cast<char*>(digest), sizeof(digest));
}

// The JDK's own cipher for keys in JKS stores (sun.security.provider
// .KeyProtector): salt, the key XORed with a chain of digests, a check digest.
absl::StatusOr<Key> OpenJksKey(string_view envelope,
                               const std::string& password) {
  const unsigned char* data = Bytes(envelope);
  const Envelope parsed(
      d2i_X509_SIG(nullptr, &data, static_cast<int64_t>(envelope.size())));
  if (parsed == nullptr) return Damaged();
  const X509_ALGOR* algorithm = nullptr;
  const ASN1_OCTET_STRING* octets = nullptr;
  X509_SIG_get0(parsed.get(), &algorithm, &octets);
  const string_view sealed(
      reinterpret_cast<const char*>(ASN1_STRING_get0_data(octets)),
      static_cast<size_t>(ASN1_STRING_length(octets)));
  constexpr size_t kDigest = SHA_DIGEST_LENGTH;
  if (sealed.size() < 2 * kDigest) return Damaged();

  const std::string secret = Utf16(password);
  std::string key(sealed.substr(kDigest, sealed.size() - 2 * kDigest));
  std::string stream(sealed.substr(0, kDigest));
  for (size_t i = 0; i < key.size(); ++i) {
    if (i % kDigest == 0) stream = Sha1(secret, stream);
    key[i] = static_cast<char>(key[i] ^ stream[i % kDigest]);
  }
  if (Sha1(secret, key) != sealed.substr(sealed.size() - kDigest)) {
    return Invalid(
        "the password does not open the key in the key store: write "
        "ssl.key.password");
  }
  data = Bytes(key);
  const Pkcs8 info(d2i_PKCS8_PRIV_KEY_INFO(nullptr, &data,
                                           static_cast<int64_t>(key.size())));
  Key result(info == nullptr ? nullptr : EVP_PKCS82PKEY(info.get()));
  OPENSSL_cleanse(key.data(), key.size());
  if (result == nullptr) return Damaged();
  return result;
}

// Big-endian numbers and strings, as Java's DataInputStream reads them. After
// an end that comes too early everything is empty and ok() false.
class JavaReader {
 public:
  explicit JavaReader(string_view bytes) : rest_(bytes) {}

  bool ok() const { return ok_; }
  string_view Take(size_t size) {
    if (size > rest_.size()) {
      ok_ = false;
      rest_ = {};
      return {};
    }
    const string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }
  uint32_t Number(size_t bytes) {
    uint32_t number = 0;
    for (const char c : Take(bytes)) {
      number = number << 8 | static_cast<unsigned char>(c);
    }
    return number;
  }
  string_view Text() { return Take(Number(2)); }
  string_view Block() { return Take(Number(4)); }

 private:
  string_view rest_;
  bool ok_ = true;
};

class JksParser {
 public:
  JksParser(string_view bytes, std::string key_password)
      : reader_(bytes.substr(kJksMagic.size())),
        key_password_(std::move(key_password)) {}

  absl::StatusOr<KeyStore> Run() {
    version_ = reader_.Number(4);
    const uint32_t entries = reader_.Number(4);
    for (uint32_t i = 0; i < entries && reader_.ok(); ++i) {
      if (absl::Status status = ReadEntry(); !status.ok()) return status;
    }
    if (!reader_.ok()) return Damaged();
    return std::move(store_);
  }

 private:
  absl::Status ReadEntry() {
    const uint32_t tag = reader_.Number(4);
    reader_.Text();   // the alias
    reader_.Take(8);  // when it was made
    if (tag == 2) return AddCertificate(&store_.trusted_pem);
    if (tag != 1) return Damaged();
    const bool first = store_.key_pem.empty();
    const string_view envelope = reader_.Block();
    const uint32_t chain = reader_.Number(4);
    std::string ignored;
    for (uint32_t i = 0; i < chain && reader_.ok(); ++i) {
      absl::Status status =
          AddCertificate(first ? &store_.certificates_pem : &ignored);
      if (!status.ok()) return status;
    }
    if (!first || !reader_.ok()) return absl::OkStatus();
    const absl::StatusOr<Key> key = OpenJksKey(envelope, key_password_);
    if (!key.ok()) return key.status();
    store_.key_pem = Pem(key->get());
    return absl::OkStatus();
  }

  absl::Status AddCertificate(std::string* pem) {
    if (version_ == 2) reader_.Text();  // "X.509"
    const string_view der = reader_.Block();
    const unsigned char* data = Bytes(der);
    const Certificate certificate(
        d2i_X509(nullptr, &data, static_cast<int64_t>(der.size())));
    if (certificate == nullptr) return Damaged();
    absl::StrAppend(pem, Pem(certificate.get()));
    return absl::OkStatus();
  }

  JavaReader reader_;
  const std::string key_password_;
  uint32_t version_ = 0;
  KeyStore store_;
};

absl::StatusOr<KeyStore> ParseJks(string_view bytes,
                                  const std::string& password,
                                  const std::string& key_password) {
  constexpr size_t kHeader = 12;
  if (bytes.size() < kHeader + SHA_DIGEST_LENGTH) return Damaged();
  const string_view content = bytes.substr(0, bytes.size() - SHA_DIGEST_LENGTH);
  if (!password.empty() && Sha1(Utf16(password), "Mighty Aphrodite", content) !=
                               bytes.substr(content.size())) {
    return WrongPassword();
  }
  return JksParser(content, key_password.empty() ? password : key_password)
      .Run();
}

}  // namespace

StoreFormat FormatOfStore(string_view bytes) {
  if (absl::StartsWith(bytes, kJksMagic)) return StoreFormat::kJks;
  if (absl::StartsWith(bytes, kJceksMagic)) return StoreFormat::kJceks;
  if (absl::StartsWith(bytes, "\x30")) return StoreFormat::kPkcs12;
  if (absl::StrContains(bytes, "-----BEGIN ")) return StoreFormat::kPem;
  return StoreFormat::kOther;
}

absl::StatusOr<KeyStore> ParseKeyStore(string_view file, string_view bytes,
                                       const std::string& password,
                                       const std::string& key_password) {
  switch (FormatOfStore(bytes)) {
    case StoreFormat::kPkcs12:
      return ParsePkcs12(file, bytes, password);
    case StoreFormat::kJks:
      return ParseJks(bytes, password, key_password);
    case StoreFormat::kPem:
      return Invalid("is PEM: write PEM as its type");
    case StoreFormat::kJceks:
      return Invalid(
          absl::StrCat("is a JCEKS store, which cannot be read here: convert "
                       "it with ",
                       Convert(file, "JCEKS")));
    case StoreFormat::kOther:
      break;
  }
  return Invalid(
      absl::StrCat("is no key store that can be read here: convert it with ",
                   Convert(file, "TYPE"), ", where TYPE is what it is"));
}

}  // namespace mirror::internal
