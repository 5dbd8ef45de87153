// SPDX-License-Identifier: Apache-2.0
//
// Prints what Java's own client finds in a checkpoints topic.
//
//   java -cp 'JARS/*' TranslateOffsets.java SERVERS SOURCE GROUP

import java.time.Duration;
import java.util.Map;
import org.apache.kafka.connect.mirror.RemoteClusterUtils;

public class TranslateOffsets {
  public static void main(String[] args) throws Exception {
    var offsets =
        RemoteClusterUtils.translateOffsets(
            Map.of("bootstrap.servers", args[0]), args[1], args[2], Duration.ofSeconds(20));
    offsets.forEach((partition, position) -> System.out.println(partition + "=" + position.offset()));
    System.out.println("partitions=" + offsets.size());
  }
}
