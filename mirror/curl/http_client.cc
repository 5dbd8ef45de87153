// SPDX-License-Identifier: Apache-2.0

#include "mirror/curl/http_client.h"

#include <curl/curl.h>

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace mirror::internal {
namespace {

struct CurlUrlDeleter {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
struct CurlListDeleter {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using CurlList = std::unique_ptr<curl_slist, CurlListDeleter>;

int OnProgress(void* cancelled, curl_off_t, curl_off_t, curl_off_t,
               curl_off_t) {
  return static_cast<const std::atomic<bool>*>(cancelled)->load() ? 1 : 0;
}

bool HasPart(CURLU* url, CURLUPart part) {
  char* text = nullptr;
  const bool found = curl_url_get(url, part, &text, 0) == CURLUE_OK;
  curl_free(text);
  return found;
}

absl::Status CheckUrl(const HttpClientOptions& options) {
  const std::string& text = options.url;
  const std::unique_ptr<CURLU, CurlUrlDeleter> url(curl_url());
  const bool http =
      absl::StartsWith(text, "http://") || absl::StartsWith(text, "https://");
  const bool parsed =
      curl_url_set(url.get(), CURLUPART_URL, text.c_str(), 0) == CURLUE_OK;
  // Before anything quotes the URL: it may hold the password.
  if (parsed && (HasPart(url.get(), CURLUPART_USER) ||
                 HasPart(url.get(), CURLUPART_PASSWORD))) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the URL of the ", options.server,
        " holds a user or password; give them as username and password, where "
        "no message shows them"));
  }
  if (!parsed || !http || HasPart(url.get(), CURLUPART_QUERY) ||
      HasPart(url.get(), CURLUPART_FRAGMENT)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "\"", parsed ? text : "...", "\" is not the URL of a ", options.server,
        "; write http://HOST:PORT or https://HOST:PORT, with a path if it has "
        "one"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<HttpClient>> HttpClient::Create(
    HttpClientOptions options) {
  absl::Status status = CheckUrl(options);
  if (!status.ok()) return status;
  while (absl::EndsWith(options.url, "/")) options.url.pop_back();
  if (!options.username.empty() && options.bearer_token != nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat(options.server, " ", options.url,
                     ": give a username or a bearer token, not both"));
  }
  if (options.timeout <= absl::ZeroDuration()) {
    return absl::InvalidArgumentError(absl::StrCat(
        options.server, " ", options.url, ": the timeout must be positive"));
  }
  std::unique_ptr<HttpClient> client(new HttpClient(std::move(options)));
  status = client->SetUp();
  if (!status.ok()) return status;
  return client;
}

size_t HttpClient::OnBody(char* data, size_t, size_t size, void* client) {
  auto* const self = static_cast<HttpClient*>(client);
  if (self->body_.size() + size > self->options_.max_body_bytes) {
    return 0;  // ends the request
  }
  self->body_.append(data, size);
  return size;
}

HttpClient::HttpClient(HttpClientOptions options)
    : options_(std::move(options)) {}

HttpClient::~HttpClient() {
  if (curl_ != nullptr) curl_easy_cleanup(curl_);
}

absl::Status HttpClient::SetUp() {
  // Counted and thread-safe in libcurl from 7.84 on; never undone, as
  // librdkafka may use it too.
  static const CURLcode kReady = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (kReady == CURLE_OK) curl_ = curl_easy_init();
  if (curl_ == nullptr) {
    return absl::InternalError("libcurl cannot be initialized");
  }
  CURL* const curl = curl_;
  // The library must not touch a host's signals, nor be ended by SIGALRM.
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  // A name look-up that takes too long is left behind, not waited for.
  curl_easy_setopt(curl, CURLOPT_QUICK_EXIT, 1L);
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_PROXY, "");
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(
      curl, CURLOPT_TIMEOUT_MS,
      static_cast<long>(absl::ToInt64Milliseconds(  // NOLINT: libcurl's type
          std::min(options_.timeout, absl::Hours(1)))));
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &HttpClient::OnBody);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, this);
  curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, &OnProgress);
  curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &cancelled_);
  if (!options_.ca_file.empty()) {
    curl_easy_setopt(curl, CURLOPT_CAINFO, options_.ca_file.c_str());
  }
  if (!options_.username.empty()) {
    curl_easy_setopt(curl, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
    curl_easy_setopt(curl, CURLOPT_USERNAME, options_.username.c_str());
    curl_easy_setopt(curl, CURLOPT_PASSWORD, options_.password.c_str());
  }
  return absl::OkStatus();
}

absl::StatusOr<HttpAnswer> HttpClient::Get(const std::string& path) {
  return Send(path, nullptr);
}

absl::StatusOr<HttpAnswer> HttpClient::Post(const std::string& path,
                                            const std::string& json) {
  return Send(path, &json);
}

absl::StatusOr<HttpAnswer> HttpClient::Send(const std::string& path,
                                            const std::string* json) {
  CURL* const curl = curl_;
  const std::string url = absl::StrCat(options_.url, path);
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  CurlList headers(curl_slist_append(
      nullptr,
      absl::StrCat("Accept: ", options_.media_type, ", application/json")
          .c_str()));
  if (json != nullptr) {
    for (const std::string& line :
         {absl::StrCat("Content-Type: ", options_.media_type),
          std::string("Expect:")}) {
      curl_slist_append(headers.get(), line.c_str());
    }
    curl_easy_setopt(curl, CURLOPT_POST, 1L);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(json->size()));
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, json->c_str());
  } else {
    curl_easy_setopt(curl, CURLOPT_HTTPGET, 1L);
  }
  if (options_.bearer_token != nullptr) {
    const std::string token = options_.bearer_token();
    curl_easy_setopt(curl, CURLOPT_HTTPAUTH, CURLAUTH_BEARER);
    curl_easy_setopt(curl, CURLOPT_XOAUTH2_BEARER, token.c_str());
  }
  body_.clear();
  char detail[CURL_ERROR_SIZE] = "";
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, detail);
  const CURLcode code = curl_easy_perform(curl);
  // They end with this call.
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, nullptr);
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, nullptr);
  if (code != CURLE_OK) return Problem(code, detail);
  long http_code = 0;  // NOLINT: libcurl's type
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &http_code);
  return HttpAnswer{static_cast<int>(http_code), std::move(body_)};
}

absl::Status HttpClient::Problem(int curl_code, const char* detail) const {
  const auto code = static_cast<CURLcode>(curl_code);
  const std::string reason =
      detail[0] != '\0' ? detail : curl_easy_strerror(code);
  switch (code) {
    case CURLE_ABORTED_BY_CALLBACK:
      return absl::CancelledError(absl::StrCat(Server(), ": given up"));
    case CURLE_OPERATION_TIMEDOUT:
      return absl::DeadlineExceededError(
          absl::StrCat(Server(), " does not answer within ",
                       absl::FormatDuration(options_.timeout)));
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
      return absl::FailedPreconditionError(
          absl::StrCat(Server(), " cannot be trusted: ", reason,
                       "; give the file of its authority as ca_file"));
    case CURLE_WRITE_ERROR:
      return absl::UnavailableError(
          absl::StrCat(Server(), " answers with more than ",
                       options_.max_body_bytes >> 20, " MiB"));
    default:
      return absl::UnavailableError(
          absl::StrCat(Server(), " cannot be reached: ", reason));
  }
}

std::string HttpClient::Server() const {
  return absl::StrCat(options_.server, " ", url());
}

std::string HttpClient::Escaped(absl::string_view segment) {
  if (segment.empty()) return "";
  char* const escaped = curl_easy_escape(nullptr, segment.data(),
                                         static_cast<int>(segment.size()));
  std::string text = escaped != nullptr ? escaped : "";
  curl_free(escaped);
  return text;
}

}  // namespace mirror::internal
