package io.rekindle.node.storage.slice;

import io.rekindle.node.index.ExactVectors;
import io.rekindle.node.index.IndexSettings;
import io.rekindle.node.index.MemoryBudget;
import io.rekindle.node.index.SliceIndex;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.model.NamespaceSettings;
import io.rekindle.node.model.SliceId;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** One slice's index while it is being built or in use. */
final class LiveSlice implements AutoCloseable {
  private final Namespace namespace;
  private final SliceId id;
  private final SliceIndex index;
  private final CompletableFuture<SliceIndex> built = new CompletableFuture<>();
  private final AtomicReference<@Nullable SliceWords> words = new AtomicReference<>();
  private volatile boolean stale;
  private volatile boolean asked;
  private volatile long lastUsedNanos = System.nanoTime();
  private volatile long codesNotBeforeNanos = System.nanoTime();
  private volatile long wordsNotBeforeNanos = System.nanoTime();
  private volatile long changesKept;
  private final AtomicInteger memoriesRead = new AtomicInteger();

  LiveSlice(
      Namespace namespace,
      SliceId id,
      SliceIndexes.Settings sizes,
      MemoryBudget budget,
      ExactVectors exact) {
    NamespaceSettings settings = namespace.settings();
    this.namespace = namespace;
    this.id = id;
    this.index =
        new SliceIndex(
            new IndexSettings(
                settings.dimensions(),
                settings.distance(),
                settings.declaredPaths(),
                sizes.codesFrom(),
                sizes.listsFrom(),
                sizes.gatherMax(),
                sizes.floatsMax()),
            budget,
            exact);
  }

  Namespace namespace() {
    return namespace;
  }

  SliceId id() {
    return id;
  }

  SliceIndex index() {
    return index;
  }

  /** Completes when the build ends, with the index or the reason why there is none. */
  CompletableFuture<SliceIndex> built() {
    return built;
  }

  /** Its words, when there are any, perhaps not all of them yet. */
  @Nullable SliceWords words() {
    return words.get();
  }

  /** Gives it words; it has none. */
  void beginWords(SliceWords fresh) {
    words.set(fresh);
    if (stale) {
      endWords(fresh);
    }
  }

  /** Lets go of words that it may have; closed first, so that others don't use their files yet. */
  void endWords(SliceWords former) {
    former.close();
    words.compareAndSet(former, null);
  }

  /** From now on the index may miss something: it is not to be asked any more. Never throws. */
  void markStale() {
    stale = true;
  }

  boolean isStale() {
    return stale;
  }

  /** Whether it is not too early to try making codes. */
  boolean mayBeCoded() {
    return System.nanoTime() - codesNotBeforeNanos >= 0;
  }

  void noCodesFor(long nanos) {
    codesNotBeforeNanos = System.nanoTime() + nanos;
  }

  /** Whether it is not too early to try taking in words. */
  boolean mayHaveWords() {
    return System.nanoTime() - wordsNotBeforeNanos >= 0;
  }

  void noWordsFor(long nanos) {
    wordsNotBeforeNanos = System.nanoTime() + nanos;
  }

  /** The changes of its index that its snapshot has. */
  long changesKept() {
    return changesKept;
  }

  void keptUpTo(long changes) {
    changesKept = changes;
  }

  /** Memories that its build has read so far. */
  AtomicInteger memoriesRead() {
    return memoriesRead;
  }

  /** Somebody asks it here: from now on it may take the room of others, and gives way to none. */
  void touch() {
    asked = true;
    keepWarm();
  }

  /** Another node asks it there, where it is owned. */
  void keepWarm() {
    lastUsedNanos = System.nanoTime();
  }

  /** Whether anybody asked it here. If not, it stands by for another node. */
  boolean isAsked() {
    return asked;
  }

  long idleNanos() {
    return System.nanoTime() - lastUsedNanos;
  }

  @Override
  public void close() {
    markStale();
    SliceWords last = words.get();
    if (last != null) {
      endWords(last);
    }
    index.close();
  }
}
