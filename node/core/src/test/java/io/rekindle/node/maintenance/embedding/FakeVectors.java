package io.rekindle.node.maintenance.embedding;

import io.rekindle.node.access.Pass;
import io.rekindle.node.embedding.EmbeddingQueue.Waiting;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.EmbeddedChunk;
import io.rekindle.node.model.EmbeddingModelId;
import io.rekindle.node.model.EmbeddingStatus;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.storage.PendingMemory;
import io.rekindle.node.storage.PendingText;
import io.rekindle.node.storage.VectorStore;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Rows and their vectors in maps; some can be told to misbehave. */
final class FakeVectors implements VectorStore {
  /** A content that does not open. */
  static final String DAMAGED = "damaged";

  /** A content that meets an error of ours when it is opened. */
  static final String UNREADABLE = "unreadable";

  /** A content whose vectors the store does not take, by an exception that is not ours. */
  static final String INDIGESTIBLE = "indigestible";

  final NavigableMap<MemoryId, PendingMemory> waiting = new TreeMap<>();
  final Map<MemoryId, List<EmbeddedChunk>> embedded = new HashMap<>();
  final Map<Integer, SweepResult> toMend = new HashMap<>();
  final List<Integer> swept = new ArrayList<>();
  int visited;
  private final Map<MemoryId, PendingText> texts = new HashMap<>();
  private final InstantSource clock;

  FakeVectors(InstantSource clock) {
    this.clock = clock;
  }

  void add(Namespace namespace, Waiting item, String content) {
    add(namespace, item, content, EmbeddingModelId.BGE_SMALL_EN);
  }

  void add(Namespace namespace, Waiting item, String content, EmbeddingModelId model) {
    waiting.put(
        item.memoryId(),
        new PendingMemory(
            namespace, item.memoryId(), clock.instant(), EmbeddingStatus.PENDING, null, false));
    texts.put(item.memoryId(), new PendingText(content, 1, model));
  }

  /** New content of what is there. */
  void update(Namespace namespace, Waiting item, String content) {
    PendingText former = Objects.requireNonNull(texts.get(item.memoryId()));
    add(namespace, item, content);
    texts.put(
        item.memoryId(), new PendingText(content, former.contentVersion() + 1, former.model()));
  }

  @Override
  public @Nullable PendingText openPending(Pass pass, Namespace namespace, MemoryId memoryId) {
    PendingText text = waiting.containsKey(memoryId) ? texts.get(memoryId) : null;
    if (text != null && text.content().equals(DAMAGED)) {
      throw new RekindleException(ErrorCode.DATA_CORRUPTED, "an envelope does not open");
    }
    if (text != null && text.content().equals(UNREADABLE)) {
      throw new IllegalStateException("a row that nobody expected");
    }
    return text;
  }

  @Override
  public ContentState stateOf(
      Pass pass, Namespace namespace, MemoryId memoryId, long contentVersion) {
    throw new UnsupportedOperationException("the pipeline does not ask");
  }

  @Override
  public void awaitCommit(Pass pass, Namespace namespace, MemoryId memoryId) {
    throw new UnsupportedOperationException("the pipeline does not ask");
  }

  @Override
  public boolean complete(
      Pass pass,
      Namespace namespace,
      MemoryId memoryId,
      long contentVersion,
      EmbeddingModelId model,
      List<EmbeddedChunk> chunks) {
    PendingText text = Objects.requireNonNull(texts.get(memoryId));
    if (text.content().equals(INDIGESTIBLE)) {
      throw new IllegalArgumentException("vectors that nobody expected");
    }
    embedded.put(memoryId, chunks);
    return waiting.remove(memoryId) != null;
  }

  @Override
  public boolean fail(Pass pass, Namespace namespace, MemoryId memoryId, long contentVersion) {
    PendingText text = Objects.requireNonNull(texts.get(memoryId));
    boolean same = contentVersion == ANY_CONTENT || contentVersion == text.contentVersion();
    return same
        && waiting.replace(
                memoryId,
                new PendingMemory(
                    namespace,
                    memoryId,
                    clock.instant(),
                    EmbeddingStatus.FAILED,
                    clock.instant(),
                    false))
            != null;
  }

  @Override
  public boolean visitPending(
      Pass pass,
      EmbeddingStatus status,
      @Nullable PendingMemory after,
      Predicate<PendingMemory> visitor) {
    var behind = after == null ? waiting : waiting.tailMap(after.memoryId(), false);
    for (PendingMemory memory : List.copyOf(behind.values())) {
      if (memory.status() == status) {
        visited++;
        if (!visitor.test(memory)) {
          return true;
        }
      }
    }
    return false;
  }

  @Override
  public SweepResult sweep(Pass pass, int partition) {
    swept.add(partition);
    return toMend.getOrDefault(partition, new SweepResult(0, 0));
  }

  @Override
  public int partitions() {
    return 512;
  }
}
