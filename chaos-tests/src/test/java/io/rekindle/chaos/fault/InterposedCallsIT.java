package io.rekindle.chaos.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.BufferedReader;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A JVM beside this one takes for its clock and its disk what it is told. */
@Timeout(120) // So that what waits for ever ends the build.
class InterposedCallsIT {
  private static final Duration OFFSET = Duration.ofHours(1);

  /** Of a write, and of the wait until it is on the disk; far more than either takes. */
  private static final Duration DELAY = Duration.ofSeconds(2);

  @TempDir Path folder;

  @Test
  void theClockOfAProcessIsOffAndItsDiskIsSlowUntilTheyAreNotAnyMore() throws Exception {
    skipWithoutMeans();
    InterposedCalls calls = InterposedCalls.compile(folder, 2);
    Process process = start(calls.wrap(1));
    try (BufferedReader answers = process.inputReader();
        PrintWriter questions = new PrintWriter(process.outputWriter(), true)) {
      questions.println("first");
      assertLike(answers.readLine(), Duration.ZERO, false);

      calls.setClock(1, OFFSET.plusMillis(1));
      calls.setDisk(1, DELAY);
      questions.println("ahead, slow");
      assertLike(answers.readLine(), OFFSET, true);

      calls.setClock(1, OFFSET.negated().minusMillis(1));
      calls.setDisk(1, Duration.ZERO);
      questions.println("behind");
      assertLike(answers.readLine(), OFFSET.negated(), false);

      calls.setClock(1, Duration.ZERO);
      calls.setClock(0, OFFSET);
      calls.setDisk(0, DELAY);
      questions.println("of another node");
      assertLike(answers.readLine(), Duration.ZERO, false);
    } finally {
      process.destroyForcibly().waitFor();
    }
  }

  private static void assertLike(String answer, Duration ahead, boolean slow) {
    long[] numbers = Arrays.stream(answer.split(" ")).mapToLong(Long::parseLong).toArray();
    assertThat(Duration.ofMillis(numbers[0] - System.currentTimeMillis()))
        .isCloseTo(ahead, Duration.ofMinutes(1));
    Duration took = Duration.ofNanos(numbers[1]);
    assertThat(took.compareTo(DELAY.multipliedBy(2)) >= 0).as("took %s", took).isEqualTo(slow);
  }

  private static void skipWithoutMeans() {
    InterposedCalls.Support support = InterposedCalls.support();
    if (!support.supported()) {
      System.out.println("skipped: " + support.reason());
      abort(support.reason());
    }
  }

  private Process start(List<String> wrap) throws Exception {
    List<String> command = new ArrayList<>(wrap);
    Path classes =
        Path.of(ClockAndDisk.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    command.addAll(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            classes.toString(),
            ClockAndDisk.class.getName(),
            folder.resolve("written").toString()));
    return new ProcessBuilder(command).redirectErrorStream(true).start();
  }
}
