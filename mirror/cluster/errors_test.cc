// SPDX-License-Identifier: Apache-2.0

#include "mirror/cluster/errors.h"

#include "absl/strings/cord.h"
#include "gtest/gtest.h"

namespace mirror::internal {
namespace {

TEST(IsRetriable, OnlyWhereTimeAloneCanHelp) {
  EXPECT_TRUE(IsRetriable(absl::UnavailableError("")));
  EXPECT_TRUE(IsRetriable(absl::DeadlineExceededError("")));
  EXPECT_FALSE(IsRetriable(absl::OkStatus()));
  EXPECT_FALSE(IsRetriable(absl::PermissionDeniedError("")));
  EXPECT_FALSE(IsRetriable(absl::InvalidArgumentError("")));
}

TEST(Annotate, KeepsCodeAndPayloads) {
  absl::Status status = absl::NotFoundError("no such topic");
  status.SetPayload("kafka", absl::Cord("3"));
  const absl::Status annotated = Annotate(status, "cluster B, orders-3");
  EXPECT_EQ(annotated.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(annotated.message(), "cluster B, orders-3: no such topic");
  EXPECT_EQ(annotated.GetPayload("kafka"), absl::Cord("3"));
  EXPECT_TRUE(Annotate(absl::OkStatus(), "x").ok());
}

TEST(WithGrant, SaysWhatToAllowWhereThatHelps) {
  absl::Status status = absl::PermissionDeniedError("cluster A: no");
  status.SetPayload("kafka", absl::Cord("29"));
  const absl::Status with_grant = WithGrant(status, "READ on topic orders");
  EXPECT_EQ(with_grant.code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(with_grant.message(), "cluster A: no; allow READ on topic orders");
  EXPECT_EQ(with_grant.GetPayload("kafka"), absl::Cord("29"));
  const absl::Status gone = absl::NotFoundError("gone");
  EXPECT_EQ(WithGrant(gone, "READ on topic orders"), gone);
}

}  // namespace
}  // namespace mirror::internal
