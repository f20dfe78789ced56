package io.rekindle.cli.cluster;

import io.rekindle.cli.CommandFailedException;
import io.rekindle.cli.ExitCodes;
import io.rekindle.cli.command.AuditCommands;
import io.rekindle.client.RekindleClient;
import io.rekindle.client.RekindleClientException;
import io.rekindle.v1.CreateNamespaceRequest;
import io.rekindle.v1.Namespace;
import io.rekindle.v1.VerifyAuditResponse;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code rekindle cluster demo}: three nodes, a kill in the middle of writing, and the count of
 * what was lost.
 */
@Command(
    name = "demo",
    description = "Start three nodes here, kill one while writing, and count what was lost.",
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:nothing acknowledged was lost", "1:something was, or a step failed"})
public final class DemoCommand implements Callable<Integer> {
  private static final int NODES = 3;
  private static final int NAMESPACES = 6;
  private static final Duration CALL_MAX = Duration.ofSeconds(20);
  private static final Duration COPIES_WAIT = Duration.ofMinutes(2);

  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = "--data-folder",
      description = "where the three nodes keep theirs (default: ${DEFAULT-VALUE})",
      defaultValue = "rekindle-cluster")
  private Path dataFolder = Path.of("rekindle-cluster");

  @Option(
      names = "--seconds",
      description = "of writing, half of it before the kill (default: ${DEFAULT-VALUE})",
      defaultValue = "10")
  private int seconds = 10;

  @Override
  public Integer call() throws IOException {
    if (Files.exists(dataFolder)) {
      throw new CommandFailedException(
          "the folder " + dataFolder + " exists: take another one by --data-folder");
    }
    say("making and starting three nodes in %s".formatted(dataFolder));
    try (LocalCluster cluster = LocalCluster.create(dataFolder, NODES, List.of())) {
      cluster.start();
      return run(cluster);
    }
  }

  private int run(LocalCluster cluster) {
    List<Writers.Stored> acknowledged;
    try (RekindleClient client = cluster.client(CALL_MAX)) {
      acknowledged = writeWhileOneIsKilled(cluster, client);
    }
    int lost = 0;
    for (int node : List.of(0, 1)) {
      lost += missing(cluster, node, acknowledged);
    }
    say("node 3 is started again");
    cluster.start(NODES - 1);
    awaitCopies(cluster);
    lost += missing(cluster, NODES - 1, acknowledged);
    boolean whole = true;
    for (int node = 0; node < NODES; node++) {
      whole &= verify(cluster, node);
    }
    say("acknowledged %,d, lost %,d".formatted(acknowledged.size(), lost));
    return lost == 0 && whole ? ExitCodes.OK : ExitCodes.FAILURE;
  }

  private List<Writers.Stored> writeWhileOneIsKilled(LocalCluster cluster, RekindleClient client) {
    List<String> namespaces =
        IntStream.rangeClosed(1, NAMESPACES).mapToObj(i -> "demo/writer_" + i).toList();
    for (String namespace : namespaces) {
      client
          .namespaces()
          .create(
              CreateNamespaceRequest.newBuilder()
                  .setNamespace(Namespace.newBuilder().setNamespace(namespace))
                  .build())
          .execute();
    }
    say("%d writers store, each into a namespace of its own".formatted(NAMESPACES));
    try (Writers writers = new Writers(client)) {
      writers.start(namespaces);
      pause(Duration.ofSeconds(seconds).dividedBy(2));
      int before = writers.acknowledged().size();
      Duration usual = writers.takeLongestGap();
      say("%,d acknowledged, the longest wait %,d ms".formatted(before, usual.toMillis()));
      cluster.kill(NODES - 1);
      say("node 3 was killed with -9");
      pause(Duration.ofSeconds(seconds).dividedBy(2));
      writers.end();
      List<Writers.Stored> acknowledged = writers.acknowledged();
      say(
          "%,d more acknowledged, %,d not; the longest wait %,d ms"
              .formatted(
                  acknowledged.size() - before,
                  writers.refused(),
                  writers.longestGap().toMillis()));
      return acknowledged;
    }
  }

  /** How many a node does not have, or has otherwise. */
  private int missing(LocalCluster cluster, int node, List<Writers.Stored> acknowledged) {
    int missing = 0;
    try (RekindleClient client = cluster.client(node, CALL_MAX)) {
      for (Writers.Stored stored : acknowledged) {
        try {
          var found = client.memories().get(stored.namespace(), stored.memoryId()).execute();
          missing += found.getMemory().getContent().equals(stored.content()) ? 0 : 1;
        } catch (RekindleClientException e) {
          missing++;
        }
      }
    }
    say("read all through node %d: %,d are missing".formatted(node + 1, missing));
    return missing;
  }

  private void awaitCopies(LocalCluster cluster) {
    long deadline = System.nanoTime() + COPIES_WAIT.toNanos();
    long began = System.nanoTime();
    try (RekindleClient client = cluster.client(0, CALL_MAX)) {
      while (client.cluster().listNodes().execute().getHealth().getCopiesMissing() > 0) {
        if (System.nanoTime() - deadline > 0) {
          throw new CommandFailedException(
              "copies are missing, two minutes after the node's start");
        }
        pause(Duration.ofMillis(200));
      }
    }
    say(
        "all copies are there, %,d ms after it answers"
            .formatted(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began)));
  }

  private boolean verify(LocalCluster cluster, int node) {
    try (RekindleClient client = cluster.client(node, CALL_MAX)) {
      VerifyAuditResponse verified = client.audit().verify().execute();
      say("audit of node %d: %s".formatted(node + 1, AuditCommands.verdict(verified)));
      return verified.getProblemsCount() == 0;
    }
  }

  private static void pause(Duration time) {
    LockSupport.parkNanos(time.toNanos());
  }

  private void say(String text) {
    if (spec == null) {
      throw new IllegalStateException("a command is run by its command line");
    }
    PrintWriter out = spec.commandLine().getOut();
    out.println(text);
    out.flush();
  }
}
