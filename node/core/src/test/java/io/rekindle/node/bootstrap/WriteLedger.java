package io.rekindle.node.bootstrap;

import io.rekindle.v1.Memory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * What was asked of a node that dies, and what it acknowledged. It lives in the test, which
 * survives. Thread-safe, as long as one thread at a time writes a memory.
 */
final class WriteLedger {
  static final String OWN = "crash/own";
  static final String SHARED = "crash/shared";
  static final String WORDS = "crash/words";
  static final int DIMENSIONS = 16;
  private static final long DELETED = 0;

  private final Map<String, Entry> entries = new ConcurrentHashMap<>();
  private final Map<String, String> sharedIds = new ConcurrentHashMap<>();
  private final Map<String, String> wordIds = new ConcurrentHashMap<>();

  /** One memory of the namespace {@link #OWN}; its name is its external key. */
  static final class Entry {
    final String name;
    private volatile long acknowledged;
    private volatile long tried;
    private volatile boolean trying;
    private volatile @Nullable String memoryId;
    private volatile long version;
    private final AtomicInteger stores = new AtomicInteger();
    private final AtomicInteger updates = new AtomicInteger();
    private final AtomicInteger deletes = new AtomicInteger();

    private Entry(String name) {
      this.name = name;
    }

    void tries(long revision) {
      tried = revision;
      trying = true;
    }

    void stored(Memory answer) {
      memoryId = answer.getMemoryId();
      version = answer.getVersion();
      stores.incrementAndGet();
      settle(1);
    }

    void updated(Memory answer, long revision) {
      version = answer.getVersion();
      updates.incrementAndGet();
      settle(revision);
    }

    void deleted() {
      deletes.incrementAndGet();
      settle(DELETED);
    }

    void triesDelete() {
      tries(DELETED);
    }

    /** What is there now is what later checks expect. */
    void settle(long revision) {
      acknowledged = revision;
      trying = false;
    }

    void found(Memory memory, long revision) {
      memoryId = memory.getMemoryId();
      version = memory.getVersion();
      settle(revision);
    }

    boolean allows(long revision) {
      return revision == acknowledged || (trying && revision == tried);
    }

    boolean acknowledgedIs(long revision) {
      return revision == acknowledged;
    }

    long version() {
      return version;
    }

    @Nullable String memoryId() {
      return memoryId;
    }

    /** Of a memory that was acknowledged. */
    String acknowledgedId() {
      return Objects.requireNonNull(memoryId);
    }

    int stores() {
      return stores.get();
    }

    int updates() {
      return updates.get();
    }

    int deletes() {
      return deletes.get();
    }

    /** The memory as it is stored first. */
    Memory first() {
      return content(1).setExternalKey(name).build();
    }

    Memory revised(long revision) {
      return content(revision).setMemoryId(acknowledgedId()).build();
    }

    private Memory.Builder content(long revision) {
      return Memory.newBuilder()
          .setContent(name + " revision " + revision)
          .addAllVector(vector(revision));
    }

    List<Float> vector(long revision) {
      return vectorOf(name + "#" + revision);
    }

    String storeKey() {
      return "store-" + name;
    }

    String updateKey(long revision) {
      return "update-" + name + "-" + revision;
    }

    @Override
    public String toString() {
      return "%s: acknowledged %d%s"
          .formatted(name, acknowledged, trying ? ", tried " + tried : "");
    }
  }

  Entry begin(String name) {
    Entry entry = new Entry(name);
    entries.put(name, entry);
    return entry;
  }

  Map<String, Entry> entries() {
    return entries;
  }

  /** Whoever stores a shared content is told the same id; returns the one that was told first. */
  String toldShared(String content, String memoryId) {
    String first = sharedIds.putIfAbsent(content, memoryId);
    return first == null ? memoryId : first;
  }

  Map<String, String> sharedIds() {
    return sharedIds;
  }

  Map<String, String> wordIds() {
    return wordIds;
  }

  static long revisionOf(Memory memory) {
    String content = memory.getContent();
    return Long.parseLong(content.substring(content.lastIndexOf(' ') + 1));
  }

  static List<Float> vectorOf(String name) {
    Random random = new Random(name.hashCode());
    List<Float> vector = new ArrayList<>(DIMENSIONS);
    for (int i = 0; i < DIMENSIONS; i++) {
      vector.add((float) random.nextGaussian());
    }
    return vector;
  }
}
