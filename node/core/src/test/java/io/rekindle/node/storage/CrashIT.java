package io.rekindle.node.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills a writing node with SIGKILL at random moments, again and again on the same folder. Each
 * next process checks that every acknowledged write is there, that what was deleted stays deleted,
 * that no row lacks a partner, and that the rebuilt and the live indexes equal a scan.
 */
class CrashIT {
  private static final int KILLS = Integer.getInteger("rekindle.test.kills", 3);
  private static final int WRITING_MILLIS_MAX = 2_500;

  @TempDir Path folder;

  @Test
  void everyAcknowledgedWriteSurvivesKillAndTheIndexEqualsTheScan() throws Exception {
    long seed = Long.getLong("rekindle.test.seed", System.nanoTime());
    Random random = new Random(seed);
    for (int kill = 0; kill <= KILLS; kill++) {
      Process process = start(random.nextLong());
      try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
        String verified = awaitVerified(process, output);
        assertThat(verified).as("seed %s, start %s", seed, kill).startsWith(CrashWorker.VERIFIED);
        // How long it writes is chance, which is the point; nothing is asserted about time.
        boolean exited = process.waitFor(random.nextInt(WRITING_MILLIS_MAX), TimeUnit.MILLISECONDS);
        assertThat(exited).as("seed %s: the worker ended by itself", seed).isFalse();
      } finally {
        process.destroyForcibly().waitFor();
      }
    }
  }

  private static String awaitVerified(Process process, BufferedReader output) throws IOException {
    StringBuilder said = new StringBuilder();
    String line;
    while ((line = output.readLine()) != null) {
      if (line.startsWith(CrashWorker.VERIFIED)) {
        return line;
      }
      said.append(line).append('\n');
    }
    return "exit of " + process.pid() + ":\n" + said;
  }

  private Process start(long seed) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("@" + Path.of("src", "main", "jvm", "node.args").toAbsolutePath());
    command.add("-Xmx512m");
    // It lives for seconds: the second compiler would be most of its work.
    command.add("-XX:TieredStopAtLevel=1");
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(CrashWorker.class.getName());
    command.add(folder.toString());
    command.add(Long.toString(seed));
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectInput(Redirect.from(new File("/dev/null")))
        .start();
  }
}
