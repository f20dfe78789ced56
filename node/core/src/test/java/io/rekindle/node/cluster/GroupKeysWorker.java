package io.rekindle.node.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import io.rekindle.node.error.RekindleException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import javax.cache.Cache;
import org.apache.ignite.Ignite;
import org.apache.ignite.IgniteCache;
import org.apache.ignite.internal.IgniteEx;
import org.apache.ignite.internal.managers.encryption.GridEncryptionManager;
import org.apache.ignite.internal.util.typedef.internal.CU;

/**
 * The process that {@link GroupKeysCrashIT} kills. It says what it finds, then writes until it is
 * killed, says each write that is done, and does what it is told.
 */
public final class GroupKeysWorker {
  static final String THERE = "THERE";
  static final String READY = "READY";
  static final String DONE = "DONE";
  static final String ROTATE = "rotate";
  static final String ROTATED = "ROTATED";
  static final String SEAL = "seal";
  static final String SEALED = "SEALED";

  private static final int WRITERS = 3;
  private static final int KEYS_A_WRITER = 200;
  private static final Duration CHECKPOINT_MAX = Duration.ofMinutes(1);

  private final Ignite ignite;
  private final IgniteCache<Integer, Long> cache;
  private final GroupKeys keys;
  private final Checkpoints checkpoints;

  private GroupKeysWorker(Ignite ignite) {
    this.ignite = ignite;
    this.cache = ignite.cache("memory");
    Membership membership = new Membership(ignite);
    AllNodes nodes = new AllNodes(ignite, membership, new Baseline(ignite, membership));
    this.keys = new GroupKeys(ignite, membership, nodes, CHECKPOINT_MAX);
    keys.register();
    this.checkpoints = Checkpoints.of(ignite, this::keyId);
  }

  /** Runs until killed; an exit by itself is a failure. */
  public static void main(String[] args) {
    try {
      TestEngine engine =
          TestEngine.open(
              Path.of(args[0]),
              // Those alone that are forced.
              Map.of("rekindle.ignite.checkpoint-interval", "PT1H"));
      GroupKeysWorker worker = new GroupKeysWorker(engine.start(GroupKeysIT.cache()).ignite());
      for (Cache.Entry<Integer, Long> row : worker.cache) {
        say(THERE, row.getKey() + " " + row.getValue());
      }
      say(READY, Integer.toString(worker.keyId()));
      for (int i = 0; i < WRITERS; i++) {
        int writer = i;
        Thread.ofPlatform().start(() -> worker.write(writer));
      }
      worker.obey();
    } catch (Throwable e) {
      halt(e);
    }
  }

  /** Lines of several threads do not mix. */
  private static synchronized void say(String what, String of) {
    System.out.println(what + " " + of);
    System.out.flush();
  }

  /** Ignite's threads would keep a failed worker alive. */
  private static void halt(Throwable e) {
    e.printStackTrace(System.out);
    System.out.flush();
    Runtime.getRuntime().halt(3);
  }

  private int keyId() {
    return keyId(ignite);
  }

  /** Of the newest key of a node's pages. */
  static int keyId(Ignite ignite) {
    GridEncryptionManager encryption = ((IgniteEx) ignite).context().encryption();
    return requireNonNull(encryption.getActiveKey(CU.cacheId("memory"))).unsignedId();
  }

  /** Each of its rows again and again, the next revision of each. */
  private void write(int writer) {
    try {
      while (true) {
        for (int key = writer; key < WRITERS * KEYS_A_WRITER; key += WRITERS) {
          Long before = cache.get(key);
          long revision = before == null ? 1 : before + 1;
          cache.put(key, revision);
          say(DONE, key + " " + revision);
        }
      }
    } catch (RuntimeException e) {
      halt(e);
    }
  }

  private void obey() throws IOException {
    BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, UTF_8));
    String order;
    while ((order = orders.readLine()) != null) {
      if (order.equals(ROTATE)) {
        try {
          keys.rotate(_ -> {});
          say(ROTATED, String.join(" ", checkpoints.ended()));
        } catch (RekindleException e) {
          halt(e);
        }
      } else if (order.equals(SEAL)) {
        while (keys.reencrypting() > 0) {
          keys.advance();
          Thread.onSpinWait();
        }
        say(SEALED, "");
      }
    }
  }
}
