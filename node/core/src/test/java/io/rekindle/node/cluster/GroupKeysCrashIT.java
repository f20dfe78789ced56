package io.rekindle.node.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills a node with SIGKILL after and in the middle of rotations of its group keys, while it
 * writes, again and again on the same folder. No checkpoint is made but those of the rotations:
 * what was acknowledged since is in the log alone, under the new keys.
 */
@Timeout(240)
class GroupKeysCrashIT {
  private static final int KILLS = Integer.getInteger("rekindle.test.kills", 3);
  private static final int WRITES = 300;
  private static final int ROTATING_MILLIS_MAX = 400;

  @TempDir Path folder;

  private final Map<Integer, Long> acknowledged = new HashMap<>();

  @Test
  void everyAcknowledgedWriteSurvivesAKillAfterARotation() throws Exception {
    long seed = Long.getLong("rekindle.test.seed", System.nanoTime());
    Random random = new Random(seed);
    int least = 0;
    int most = 0;
    for (int kill = 0; kill <= KILLS; kill++) {
      String where = "start %d, seed %d".formatted(kill, seed);
      Process process = start();
      try (BufferedReader output = process.inputReader(UTF_8)) {
        int found = assertNothingLost(output, where);
        assertThat(found).as("%s: the newest key", where).isBetween(least, most);
        readWrites(output, WRITES);
        tell(process, GroupKeysWorker.SEAL);
        readUntil(output, GroupKeysWorker.SEALED);
        if (kill == KILLS) {
          return;
        }
        most = found + 1;
        tell(process, GroupKeysWorker.ROTATE);
        if (kill % 2 == 0) {
          assertThat(readUntil(output, GroupKeysWorker.ROTATED))
              .as("the last checkpoints")
              .endsWith(found + "-" + found + " " + most + "-" + most);
          least = most;
          readWrites(output, WRITES);
        } else {
          least = found;
          // When it dies is chance, which is the point; nothing is asserted about time.
          process.waitFor(random.nextInt(ROTATING_MILLIS_MAX), TimeUnit.MILLISECONDS);
        }
        // Unlike the process itself, its handle leaves open what it said before: it is
        // acknowledged.
        process.toHandle().destroyForcibly();
        readUntil(output, null);
      } finally {
        process.destroyForcibly().waitFor();
      }
    }
  }

  private int assertNothingLost(BufferedReader output, String where) throws IOException {
    Map<Integer, Long> there = new HashMap<>();
    String line;
    StringBuilder said = new StringBuilder();
    while ((line = output.readLine()) != null && !line.startsWith(GroupKeysWorker.READY)) {
      if (line.startsWith(GroupKeysWorker.THERE)) {
        keep(there, line);
      } else {
        said.append(line).append('\n');
      }
    }
    assertThat(line).as("%s: %s", where, said).isNotNull();
    acknowledged.forEach(
        (key, revision) ->
            assertThat(there.getOrDefault(key, 0L))
                .as("%s: row %d of %d", where, key, acknowledged.size())
                .isGreaterThanOrEqualTo(revision));
    return Integer.parseInt(line.split(" ", 2)[1]);
  }

  private void readWrites(BufferedReader output, int count) throws IOException {
    int left = count;
    String line;
    while (left > 0 && (line = output.readLine()) != null) {
      left -= take(line) ? 1 : 0;
    }
    assertThat(left).as("writes that were not acknowledged").isZero();
  }

  /** Reads on, to a line that begins so, or to the end. */
  private String readUntil(BufferedReader output, @Nullable String what) throws IOException {
    StringBuilder said = new StringBuilder();
    String line;
    while ((line = output.readLine()) != null) {
      if (what != null && line.startsWith(what)) {
        return line;
      }
      if (!take(line)) {
        said.append(line).append('\n');
      }
    }
    assertThat(what).as("it ended by itself:%n%s", said).isNull();
    return "";
  }

  private boolean take(String line) {
    // The last line of a process that dies may be cut.
    boolean done = line.matches(GroupKeysWorker.DONE + " \\d+ \\d+");
    if (done) {
      keep(acknowledged, line);
    }
    return done;
  }

  private static void keep(Map<Integer, Long> rows, String line) {
    String[] words = line.split(" ", 3);
    rows.merge(Integer.valueOf(words[1]), Long.valueOf(words[2]), Math::max);
  }

  private static void tell(Process process, String order) throws IOException {
    var orders = process.outputWriter(UTF_8);
    orders.write(order + "\n");
    orders.flush();
  }

  private Process start() throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("@" + Path.of("src", "main", "jvm", "node.args").toAbsolutePath());
    command.add("-Xmx512m");
    // It lives for seconds: the second compiler would be most of its work.
    command.add("-XX:TieredStopAtLevel=1");
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(GroupKeysWorker.class.getName());
    command.add(folder.resolve("data").toString());
    return new ProcessBuilder(command).redirectErrorStream(true).start();
  }
}
