// SPDX-License-Identifier: Apache-2.0
//
// A broker's policy that forbids setting compression.type, and a program that
// makes a jar of it:
//
//   java -cp KAFKA_JARS RefusingPolicy.java RefusingPolicy.java JAR

import java.io.File;
import java.io.FileOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.jar.JarOutputStream;
import java.util.zip.ZipEntry;
import javax.tools.ToolProvider;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.server.policy.AlterConfigPolicy;

public class RefusingPolicy implements AlterConfigPolicy {
  @Override
  public void validate(RequestMetadata request) {
    if (request.configs().containsKey("compression.type")) {
      throw new PolicyViolationException("compression.type is the operator's");
    }
  }

  @Override
  public void configure(Map<String, ?> configs) {}

  @Override
  public void close() {}

  public static void main(String[] arguments) throws Exception {
    Path classes = Files.createTempDirectory("policy");
    int code =
        ToolProvider.getSystemJavaCompiler()
            .run(
                null,
                null,
                null,
                "-cp",
                System.getProperty("java.class.path"),
                "-d",
                classes.toString(),
                arguments[0]);
    if (code != 0) System.exit(code);
    String name = "RefusingPolicy.class";
    try (JarOutputStream jar = new JarOutputStream(new FileOutputStream(new File(arguments[1])))) {
      jar.putNextEntry(new ZipEntry(name));
      Files.copy(classes.resolve(name), jar);
      jar.closeEntry();
    }
  }
}
