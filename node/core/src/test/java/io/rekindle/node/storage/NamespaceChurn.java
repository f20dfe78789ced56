package io.rekindle.node.storage;

import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.model.NamespacePath;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.FutureTask;

/** Writers on one path, some with old namespaces, while it is deleted and made anew. */
final class NamespaceChurn {
  private static final int LIVES = 25;
  private static final int DELETERS = 2;
  private static final int WRITERS = 3;

  private final StorageNode node;
  private final Writes writes;
  private final NamespacePath path;
  private final Map<Namespace, Queue<MemoryId>> acknowledged = new ConcurrentHashMap<>();
  private volatile Namespace current;
  private volatile boolean over;

  NamespaceChurn(StorageNode node, String path) {
    this.node = node;
    this.writes = new Writes(node.storage());
    this.path = NamespacePath.parse(path);
    this.current = create();
  }

  Collection<Namespace> made() {
    return acknowledged.keySet();
  }

  /** The one that exists when it is over. */
  Namespace current() {
    return current;
  }

  Collection<MemoryId> acknowledged(Namespace namespace) {
    return Objects.requireNonNull(acknowledged.get(namespace));
  }

  void run() throws Exception {
    List<FutureTask<?>> running = new ArrayList<>();
    for (int i = 0; i < DELETERS; i++) {
      running.add(start(() -> tolerant(() -> deleteIfWritten(path))));
    }
    for (int i = 0; i < WRITERS; i++) {
      running.add(start(() -> tolerant(() -> write(current))));
    }
    for (int life = 1; life < LIVES; life++) {
      current = create();
    }
    over = true;
    for (FutureTask<?> thread : running) {
      thread.get();
    }
    // The last delete may have come after the last create.
    tolerant(() -> current = create());
  }

  private FutureTask<?> start(Runnable step) {
    FutureTask<Boolean> loop =
        new FutureTask<>(
            () -> {
              while (!over) {
                step.run();
              }
              return true;
            });
    Thread.ofPlatform().start(loop);
    return loop;
  }

  /** Waits for the delete of the life before. */
  private Namespace create() {
    while (true) {
      try {
        Namespace made = node.namespace(path.toString(), StorageNode.modelSettings(2));
        acknowledged.put(made, new ConcurrentLinkedQueue<>());
        return made;
      } catch (RekindleException e) {
        if (e.code() != ErrorCode.NAMESPACE_EXISTS || over) {
          throw e;
        }
      }
    }
  }

  private void deleteIfWritten(NamespacePath path) {
    if (acknowledged(current).size() >= 3) {
      node.storage().namespaces().delete(StorageNode.PASS, path, true);
    }
  }

  private void write(Namespace namespace) {
    Queue<MemoryId> mine = Objects.requireNonNull(acknowledged.get(namespace));
    mine.add(writes.store(namespace, Drafts.of("row"), new MemoryId(UUID.randomUUID())));
    MemoryId id = writes.storeAll(namespace, new MemoryId(UUID.randomUUID()));
    mine.add(id);
    PendingText text = writes.pending(namespace, id);
    if (text != null) {
      writes.complete(namespace, id, text.contentVersion());
    }
    writes.update(namespace, id);
    writes.set(namespace, "agent", id.toString());
    writes.count(namespace, id);
  }

  /** What is refused because the namespace goes, or another request deletes it, is no error. */
  private static void tolerant(Runnable step) {
    try {
      step.run();
    } catch (RekindleException e) {
      switch (e.code()) {
        case NAMESPACE_NOT_FOUND, NAMESPACE_EXISTS, MEMORY_NOT_FOUND, NOT_READY -> {}
        default -> throw e;
      }
    }
  }
}
