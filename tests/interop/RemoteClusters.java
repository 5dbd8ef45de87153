// SPDX-License-Identifier: Apache-2.0
//
// Prints what Java's own client says of a cluster that others are mirrored to.
//
//   java -cp 'JARS/*' RemoteClusters.java SERVERS SOURCE [GROUP...]

import java.time.Duration;
import java.util.Map;
import org.apache.kafka.connect.mirror.RemoteClusterUtils;

public class RemoteClusters {
  public static void main(String[] args) throws Exception {
    Map<String, Object> cluster = Map.of("bootstrap.servers", args[0]);
    String source = args[1];
    say("hops", RemoteClusterUtils.replicationHops(cluster, source));
    RemoteClusterUtils.upstreamClusters(cluster).forEach(alias -> say("upstream", alias));
    RemoteClusterUtils.heartbeatTopics(cluster).forEach(topic -> say("heartbeats", topic));
    RemoteClusterUtils.checkpointTopics(cluster).forEach(topic -> say("checkpoints", topic));
    for (int i = 2; i < args.length; i++) {
      String group = args[i];
      RemoteClusterUtils.translateOffsets(cluster, source, group, Duration.ofSeconds(30))
          .forEach((partition, position) ->
              say(group, partition + " " + position.offset() + " " + position.metadata()));
    }
  }

  // The mark tells these lines from those of a logger.
  private static void say(String what, Object answer) {
    System.out.println("> " + what + " " + answer);
  }
}
