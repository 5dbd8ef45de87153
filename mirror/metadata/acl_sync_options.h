// SPDX-License-Identifier: Apache-2.0
//
// What a host may say about ACL sync: MM2's sync.topic.acls.*, and what goes
// beyond MM2 if asked for.

#ifndef MIRROR_METADATA_ACL_SYNC_OPTIONS_H_
#define MIRROR_METADATA_ACL_SYNC_OPTIONS_H_

#include "absl/time/time.h"

namespace mirror::internal {

// An interval of absl::InfiniteDuration() means: once, at start.
struct AclSyncOptions {
  // sync.topic.acls.enabled. False: no ACL is read or written.
  bool enabled = true;
  // sync.topic.acls.interval.seconds.
  absl::Duration interval = absl::Minutes(10);

  // Not in MM2.
  //
  // sync.topic.acls.prefixed.enabled: also ACLs about prefixes of names, where
  // the replication policy makes prefixes of them.
  bool prefixed = false;
  // sync.group.acls.enabled: also ACLs about the consumer groups that the group
  // filter accepts, so that consumers may resume on the target.
  bool groups = false;
  // sync.topic.acls.remove.enabled: delete ACLs on the target which this engine
  // created, with this option on, and which the source no longer has.
  bool remove = false;
};

}  // namespace mirror::internal

#endif  // MIRROR_METADATA_ACL_SYNC_OPTIONS_H_
