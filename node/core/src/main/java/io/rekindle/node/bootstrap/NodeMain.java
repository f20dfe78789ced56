package io.rekindle.node.bootstrap;

import io.rekindle.node.backup.BackupManifest;
import io.rekindle.node.cluster.DamagedPartitions;
import io.rekindle.node.config.NodeConfig;
import io.rekindle.node.config.NodeConfigLoader;
import io.rekindle.node.error.StartRefusedException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * The process of a node. Operators reach it through {@code rekindle node}.
 *
 * <p>Exit codes: 0 after a clean stop, 1 when the node refuses to start (one sentence on standard
 * error), 2 for wrong arguments, 3 when the engine failed while it ran.
 */
@Command(
    name = "rekindle-node",
    subcommands = {
      NodeMain.Init.class,
      NodeMain.Restore.class,
      NodeMain.CheckConfig.class,
      NodeMain.KeyStatus.class,
      NodeMain.KeyRotate.class,
      NodeMain.KeyMove.class,
      NodeMain.Start.class
    })
public final class NodeMain {
  static final int REFUSED = 1;
  static final int ENGINE_FAILED = 3;

  /** As a shell says of a process that SIGTERM ended. */
  static final int SIGNALLED = 143;

  /** Much longer than a stop takes. */
  private static final Duration HALT_MAX = Duration.ofSeconds(30);

  private static final Logger LOG = LoggerFactory.getLogger(NodeMain.class);

  private NodeMain() {}

  public static void main(String[] args) {
    CommandLine command = new CommandLine(new NodeMain());
    command.setExecutionExceptionHandler(
        (e, _, _) -> {
          if (e instanceof StartRefusedException || e instanceof IllegalArgumentException) {
            System.err.println(e.getMessage());
            return REFUSED;
          }
          LOG.atError().setCause(e).log("the node could not start");
          System.err.println("The node could not start; see its diagnostics. " + e.getMessage());
          return REFUSED;
        });
    System.exit(command.execute(args));
  }

  /** The options that every subcommand has. */
  abstract static class NodeCommand implements Callable<Integer> {
    @Option(names = "--data-folder", required = true, description = "what the node keeps")
    Path dataFolder = Path.of("");

    @Option(names = "--set", description = "a configuration key, as rekindle.door.port=8443")
    Map<String, String> overrides = new LinkedHashMap<>();

    NodeConfig config() throws IOException {
      return NodeConfigLoader.load(dataFolder.toAbsolutePath().normalize(), overrides);
    }
  }

  /** Makes a data folder. */
  @Command(name = "init")
  static final class Init extends NodeCommand {
    @Option(names = "--host", description = "a name or address that clients will use")
    List<String> hosts = List.of();

    @Option(names = "--join", description = "the data folder of a node of the cluster to join")
    @Nullable Path join;

    @Override
    public Integer call() throws IOException {
      Path folder = dataFolder.toAbsolutePath().normalize();
      if (join == null) {
        NodeInit.create(folder, hosts, overrides);
      } else {
        NodeInit.join(folder, join.toAbsolutePath().normalize(), hosts, overrides);
      }
      return 0;
    }
  }

  /** Makes a data folder of a node that begins with a backup. */
  @Command(name = "restore")
  static final class Restore extends NodeCommand {
    @Option(names = "--from", required = true, description = "the folder of the backup")
    Path from = Path.of("");

    @Option(names = "--host", description = "a name or address that clients will use")
    List<String> hosts = List.of();

    @ArgGroup Keys keys = new Keys();

    /** Where the keys come from, if not from the provider that is set. */
    static final class Keys {
      @Option(names = "--local-key", description = "the development key of the cluster before")
      @Nullable Path localKey;

      @Option(names = "--join", description = "the data folder of the first node that begins so")
      @Nullable Path join;
    }

    @Override
    public Integer call() throws IOException {
      Path folder = dataFolder.toAbsolutePath().normalize();
      // A link that the operator names is followed, and none inside of the backup.
      Path backup = Files.isDirectory(from) ? from.toRealPath() : from.toAbsolutePath().normalize();
      Path first = keys.join;
      Path localKey = keys.localKey;
      BackupManifest taken =
          first != null
              ? NodeRestore.join(
                  folder, backup, first.toAbsolutePath().normalize(), hosts, overrides)
              : NodeRestore.create(
                  folder,
                  backup,
                  localKey == null ? null : localKey.toAbsolutePath().normalize(),
                  hosts,
                  overrides);
      System.out.println(NodeRestore.sentence(taken));
      return 0;
    }
  }

  /** Says whether the configuration can be read. */
  @Command(name = "check-config")
  static final class CheckConfig extends NodeCommand {
    @Override
    public Integer call() throws IOException {
      var _ = config();
      System.out.println("The configuration is valid.");
      return 0;
    }
  }

  /** Says how the cluster key is wrapped, and whether its provider unwraps it. */
  @Command(name = "kms-status")
  static final class KeyStatus extends NodeCommand {
    @Override
    public Integer call() throws IOException {
      Map<String, String> facts = KeyChange.status(config());
      facts.forEach((name, value) -> System.out.printf("%-10s %s%n", name, value));
      return "OK".equals(facts.get(KeyChange.ANSWER)) ? 0 : REFUSED;
    }
  }

  /** Wraps the cluster key anew under the newest version of the customer's key. */
  @Command(name = "kms-rotate")
  static final class KeyRotate extends NodeCommand {
    @Override
    public Integer call() throws IOException {
      System.out.println(KeyChange.rotate(dataFolder.toAbsolutePath().normalize(), this::config));
      return 0;
    }
  }

  /** Has another key of the customer's wrap the cluster key. */
  @Command(name = "kms-move")
  static final class KeyMove extends NodeCommand {
    @Override
    public Integer call() throws IOException {
      System.out.println(KeyChange.move(dataFolder.toAbsolutePath().normalize(), overrides));
      return 0;
    }
  }

  /** Runs a node until it is told to stop. */
  @Command(name = "start")
  static final class Start extends NodeCommand {
    static final String PORT_FILE = "node.port";

    @Option(
        names = "--accept-broken-audit",
        description = "restore the backup although an audit in it is broken")
    boolean acceptBrokenAudit;

    @Override
    public Integer call() throws IOException, InterruptedException {
      CountDownLatch failed = new CountDownLatch(1);
      Thread main = Thread.currentThread();
      NodeConfig config = config();
      HostSafety.checkProcess(config.dataFolder());
      if (acceptBrokenAudit) {
        RestoreMark.acceptBrokenAudit(config.dataFolder());
      }
      PrintStream out = System.out;
      NodeShell shell =
          NodeShell.open(
              this::config,
              (kind, cause) -> {
                LOG.atError().addKeyValue("kind", kind).setCause(cause).log("the engine failed");
                failed.countDown();
                endAfter(HALT_MAX, main, () -> Runtime.getRuntime().halt(ENGINE_FAILED));
              });
      AtomicReference<Progress> progress = new AtomicReference<>(Progress.STARTING);
      Runtime.getRuntime()
          .addShutdownHook(
              new Thread(() -> stop(shell, progress.get(), failed.getCount() > 0), "stop"));
      try {
        shell.startEngine();
        progress.set(Progress.RUNNING);
        shell.awaitUnlocked(() -> failed.getCount() == 0);
      } catch (StartRefusedException e) {
        throw e;
      } catch (RuntimeException e) {
        if (!DamagedPartitions.isBehind(e)) {
          throw e;
        }
        System.err.println("A page is damaged; the next start does not touch its partition.");
        return ENGINE_FAILED;
      } finally {
        progress.compareAndSet(Progress.STARTING, Progress.ENDED);
      }
      Files.writeString(
          config.dataFolder().resolve(PORT_FILE),
          Integer.toString(shell.port()),
          StandardCharsets.US_ASCII);
      out.println("READY port=" + shell.port());
      out.flush();
      failed.await();
      try {
        shell.haltEngine();
      } catch (RuntimeException e) {
        LOG.atError().setCause(e).log("the failed engine stopped badly");
      }
      return ENGINE_FAILED;
    }

    /**
     * Ends the process of a failed engine that does not get there by itself: it may be in the
     * middle of a start that waits for others, or can't be stopped, and the others wait for it.
     *
     * @param busy whose stack is logged
     */
    static void endAfter(Duration max, Thread busy, Runnable end) {
      var _ =
          Thread.ofPlatform()
              .daemon()
              .name("end-of-engine")
              .start(
                  () -> {
                    // A park may end early, and so would the process.
                    long deadline = System.nanoTime() + max.toNanos();
                    while (System.nanoTime() - deadline < 0) {
                      LockSupport.parkNanos(deadline - System.nanoTime());
                    }
                    Exception stack = new IllegalStateException("where it stands");
                    stack.setStackTrace(busy.getStackTrace());
                    LOG.atError().setCause(stack).log("the failed engine does not stop");
                    end.run();
                  });
    }

    /** How far a start has come, for the signal that ends the process. */
    enum Progress {
      STARTING,
      RUNNING,
      /** The start failed; what it left open is to be closed. */
      ENDED
    }

    /**
     * Stops what runs; after a signal with 0, as the signal's number would be the exit code else. A
     * start may wait for other nodes for ever, and nothing was acknowledged by it: it is just
     * ended, and what it did is replayed.
     */
    private static void stop(NodeShell shell, Progress progress, boolean healthy) {
      if (progress == Progress.STARTING || shell.isStarting()) {
        Runtime.getRuntime().halt(SIGNALLED);
      }
      shell.close();
      if (progress == Progress.RUNNING && healthy) {
        Runtime.getRuntime().halt(0);
      }
    }
  }
}
