// SPDX-License-Identifier: Apache-2.0
//
// Source and target are strings: a letter is a record, equal letters are equal
// records. The source's offsets begin at 100, the target's at 500.

#include "mirror/replication/copy_comparison.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"

namespace mirror::internal {
namespace {

constexpr int64_t kSource = 100;
constexpr int64_t kTarget = 500;

std::vector<TargetRecord> Log(absl::string_view target) {
  std::vector<TargetRecord> records;
  int64_t offset = kTarget;
  for (const char c : target) {
    // A marker of a transaction.
    if (c != '.') {
      records.push_back({DownstreamOffset(offset), static_cast<uint64_t>(c)});
    }
    ++offset;
  }
  return records;
}

CopyComparison Compare(absl::string_view source, absl::string_view target,
                       int64_t indexed = 0) {
  CopyComparison comparison(UpstreamOffset(kSource),
                            DownstreamOffset(kTarget + indexed), Log(target));
  for (size_t i = 0; i < source.size() && !comparison.over(); ++i) {
    // Neither read by the mirror: a marker, or a record that it drops.
    if (source[i] == '.') continue;
    comparison.Next(UpstreamOffset(kSource + static_cast<int64_t>(i)),
                    static_cast<uint64_t>(source[i]));
  }
  comparison.Finish();
  EXPECT_TRUE(comparison.over());
  return comparison;
}

// What is left to be sent.
std::string Rest(absl::string_view source, absl::string_view target) {
  const CopyComparison comparison = Compare(source, target);
  size_t from = 0;
  if (comparison.resume().has_value()) {
    from = static_cast<size_t>(comparison.resume()->value() - kSource);
  } else {
    for (int64_t left = comparison.copied(); left > 0; ++from) {
      if (source[from] != '.') --left;
    }
  }
  return std::string(source.substr(from));
}

// "first: u+count at d, ...; ...", counted from where the strings begin.
std::string Stretches(const CopyComparison& comparison) {
  std::string text;
  for (const auto& stretch : comparison.stretches()) {
    absl::StrAppend(&text, text.empty() ? "" : "; ",
                    stretch.first.value() - kSource, ":");
    for (const CopiedRange& range : stretch.ranges) {
      absl::StrAppend(&text, " ", range.upstream.value() - kSource, "+",
                      range.count, " at ", range.downstream.value() - kTarget);
    }
  }
  return text;
}

TEST(CopyComparison, WhatIsThereIsNotSent) {
  EXPECT_EQ(Rest("abcde", ""), "abcde");
  EXPECT_EQ(Rest("abcde", "a"), "bcde");
  EXPECT_EQ(Rest("abcde", "abc"), "de");
  EXPECT_EQ(Rest("abcde", "abcde"), "");
}

TEST(CopyComparison, CopiesAreTold) {
  EXPECT_EQ(Stretches(Compare("abcde", "abc")), "0: 0+3 at 0");
  EXPECT_EQ(Compare("abcde", "abc").copied(), 3);
  EXPECT_TRUE(Compare("abcde", "abc").begins_with_a_copy());
}

TEST(CopyComparison, OfEqualRecordsAsManyAreSentAsAreMissing) {
  EXPECT_EQ(Rest("xxxxx", ""), "xxxxx");
  EXPECT_EQ(Rest("xxxxx", "xx"), "xxx");
  EXPECT_EQ(Rest("xxxxx", "xxxxx"), "");
  EXPECT_EQ(Rest("axaxaxb", "axax"), "axb");
  EXPECT_EQ(Rest("axxaxxb", "axxa"), "xxb");
}

TEST(CopyComparison, GapsOfTheSourceAreNoDifference) {
  EXPECT_EQ(Rest("ab..cd", "abc"), "d");
  EXPECT_EQ(Stretches(Compare(".ab..cd", "abc")), "0: 1+2 at 0 5+1 at 2");
}

TEST(CopyComparison, MarkersOnTheTargetAreNoDifference) {
  EXPECT_EQ(Rest("abcd", ".ab.c."), "d");
  EXPECT_EQ(Stretches(Compare("abcd", ".ab.c.")), "0: 0+2 at 1 2+1 at 4");
}

TEST(CopyComparison, WhatOthersWroteIsPassed) {
  EXPECT_EQ(Rest("abcd", "?ab??c?"), "d");
  EXPECT_EQ(Stretches(Compare("abcd", "?ab??c?")), "0: 0+2 at 1 2+1 at 5");
  EXPECT_FALSE(Compare("abcd", "?ab??c?").begins_with_a_copy());
  EXPECT_EQ(Rest("abcd", "???"), "abcd");
  EXPECT_EQ(Stretches(Compare("abcd", "???")), "0:");
}

TEST(CopyComparison, WhatARunCopiedAgainCounts) {
  EXPECT_EQ(Rest("abcdef", "abcabcd"), "ef");
  EXPECT_EQ(Stretches(Compare("abcdef", "abcabcd")),
            "0: 0+3 at 0; 0: 0+4 at 3");
  EXPECT_EQ(Rest("abcdef", "abcbcd"), "ef");
  EXPECT_EQ(Stretches(Compare("abcdef", "abcbcd")), "0: 0+3 at 0; 1: 1+3 at 3");
}

TEST(CopyComparison, TheLastCopiesStayInOrder) {
  // The copy of c is before the last one of b, so c is sent once more.
  EXPECT_EQ(Rest("abcdef", "abcab"), "cdef");
  EXPECT_EQ(Rest("abc", "abcab"), "c");
  EXPECT_EQ(Rest("xxyxxz", "xxyx"), "xz");
}

TEST(CopyComparison, WhatTheTargetLostIsSentAgain) {
  // Retention or compaction took away a, b, or c.
  EXPECT_EQ(Rest("abcd", "bcd"), "abcd");
  EXPECT_EQ(Rest("abcd", "acd"), "bcd");
  EXPECT_EQ(Rest("abcd", "ab"), "cd");
}

TEST(CopyComparison, ARecordThatEqualsNoneEndsIt) {
  CopyComparison comparison(UpstreamOffset(kSource), DownstreamOffset(kTarget),
                            Log("abc"));
  comparison.Next(UpstreamOffset(kSource), 'a');
  EXPECT_FALSE(comparison.over());
  comparison.Next(UpstreamOffset(kSource + 1), std::nullopt);
  EXPECT_TRUE(comparison.over());
  EXPECT_EQ(comparison.resume(), UpstreamOffset(kSource + 1));
}

TEST(CopyComparison, CopiesThatTheIndexKnowsAreNotTold) {
  EXPECT_EQ(Stretches(Compare("abcde", "abcd", /*indexed=*/2)), "2: 2+2 at 2");
  EXPECT_EQ(Compare("abcde", "abcd", 2).copied(), 4);
  EXPECT_EQ(Stretches(Compare("ab.cde", "abcd", /*indexed=*/2)), "2: 3+2 at 2");
  EXPECT_EQ(Stretches(Compare("abcde", "ababc", /*indexed=*/3)), "1: 1+2 at 3");
}

TEST(CopyComparison, WaitsForTheSourceBeforeItJudges) {
  CopyComparison comparison(UpstreamOffset(kSource), DownstreamOffset(kTarget),
                            Log("xx"));
  comparison.Next(UpstreamOffset(kSource), 'x');
  EXPECT_FALSE(comparison.over()) << "the next may be equal as well";
  comparison.Next(UpstreamOffset(kSource + 1), 'x');
  EXPECT_TRUE(comparison.over());
  EXPECT_EQ(comparison.resume(), std::nullopt);
}

TEST(CopyComparison, ManyEqualRecordsTakeNoLongerThanOthers) {
  CopyComparison comparison(UpstreamOffset(0), DownstreamOffset(0), [] {
    std::vector<TargetRecord> records;
    for (int64_t i = 0; i < 200000; ++i) {
      records.push_back(
          {DownstreamOffset(i), static_cast<uint64_t>(i < 100000 ? 'x' : 'y')});
    }
    return records;
  }());
  for (int64_t i = 0; i < 100000; ++i) {
    comparison.Next(UpstreamOffset(i), 'x');
  }
  comparison.Next(UpstreamOffset(100000), 'z');
  EXPECT_TRUE(comparison.over());
  EXPECT_EQ(comparison.resume(), UpstreamOffset(100000));
}

}  // namespace
}  // namespace mirror::internal
