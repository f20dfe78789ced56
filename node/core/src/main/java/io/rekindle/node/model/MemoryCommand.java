package io.rekindle.node.model;

import io.rekindle.node.error.RekindleException;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What can be asked about memories. */
public sealed interface MemoryCommand extends Command {
  @Override
  default boolean mutates() {
    return this instanceof Store || this instanceof Update || this instanceof Delete;
  }

  /**
   * Stores one memory or a batch; every item has a result of its own.
   *
   * @param items 1 to 1,000, together at most 8 MiB
   */
  record Store(NamespacePath namespace, List<StoreItem> items) implements MemoryCommand {
    public Store {
      items = List.copyOf(items);
      requireBatch("memories", items.size());
      long bytes = items.stream().mapToLong(item -> item.draft().sizeBytes()).sum();
      Limits.requireAtMost("memories", bytes, Limits.BATCH_BYTES_MAX, "bytes");
    }
  }

  /**
   * One memory of a batch, with its own idempotency key.
   *
   * @param memoryId the id that it will have if it is new: the draft's, or one that the gate mints
   *     before it records the intent
   */
  record StoreItem(
      MemoryDraft draft, @Nullable MemoryId memoryId, @Nullable IdempotencyKey idempotencyKey) {
    public StoreItem(MemoryDraft draft, @Nullable IdempotencyKey idempotencyKey) {
      this(draft, draft.memoryId(), idempotencyKey);
    }

    /** The id, once minted. */
    public MemoryId mintedId() {
      return Objects.requireNonNull(memoryId, "the gate mints ids before a handler runs");
    }
  }

  /** Reads one memory by its id or by the caller's own key; exactly one of them is given. */
  record Get(NamespacePath namespace, @Nullable MemoryId memoryId, @Nullable String externalKey)
      implements MemoryCommand {
    public Get {
      if ((memoryId == null) == (externalKey == null)) {
        throw RekindleException.invalid("memory_id", "give memory_id or external_key");
      }
    }
  }

  /**
   * Lists memories, newest first.
   *
   * @param filter in the filter language, or null
   * @param page of a previous answer, or null for the first
   * @param withVectors whether to answer the callers' own vectors too
   */
  record ListPage(
      NamespaceSelector namespaces,
      @Nullable String filter,
      int pageSize,
      @Nullable String page,
      boolean withVectors)
      implements MemoryCommand {
    public ListPage {
      filter = Limits.optionalText("filter", filter, Limits.FILTER_BYTES_MAX);
      pageSize = requirePageSize(pageSize);
    }
  }

  /**
   * Finds memories by meaning, by words or by both.
   *
   * @param text to embed with the namespaces' model, or null when {@code vector} is given
   * @param minScore in the measure of the mode; null for none
   * @param page of a previous answer that was cut at 3 MiB, or null
   * @param recallTarget how much of the exact answer is to be found on average, 0.5 to 1
   */
  record Search(
      NamespaceSelector namespaces,
      @Nullable String text,
      @Nullable VectorInput vector,
      int topK,
      @Nullable Float minScore,
      @Nullable String filter,
      @Nullable String page,
      double recallTarget,
      Ranking ranking,
      WaitFor waitFor)
      implements MemoryCommand {
    public Search {
      if ((text == null) == (vector == null)) {
        throw RekindleException.invalid("query", "give a query text or a vector");
      }
      if (text != null) {
        if (text.isBlank()) {
          throw RekindleException.invalid("query", "a text must not be empty");
        }
        Limits.requireText("query", text, Limits.CONTENT_BYTES_MAX);
      }
      if (topK < 1) {
        throw RekindleException.invalid("top_k", "top_k is from 1 to 1000");
      }
      Limits.requireAtMost("top_k", topK, Limits.TOP_K_MAX, "memories");
      if (minScore != null && !Float.isFinite(minScore)) {
        throw RekindleException.invalid("min_score", "min_score is a finite number");
      }
      if (!(recallTarget >= Limits.RECALL_TARGET_MIN && recallTarget <= 1)) {
        throw RekindleException.invalid("recall_target", "recall_target is from 0.5 to 1");
      }
      if (vector != null && !ranking.mode().usesMeaning()) {
        throw RekindleException.invalid("vector", "a search by words takes no vector");
      }
      if (text == null && ranking.mode().usesWords() && ranking.words() == null) {
        throw RekindleException.invalid("words", "beside a vector, give the words to look for");
      }
      filter = Limits.optionalText("filter", filter, Limits.FILTER_BYTES_MAX);
    }

    /** The text whose words are looked for, or null in a search by meaning. */
    public @Nullable String wordsText() {
      if (!ranking.mode().usesWords()) {
        return null;
      }
      return ranking.words() == null ? text : ranking.words();
    }
  }

  /**
   * Changes one memory.
   *
   * @param expectedVersion the version the caller has seen, or null to change whatever is there
   */
  record Update(
      NamespacePath namespace,
      MemoryId memoryId,
      @Nullable Long expectedVersion,
      MemoryPatch patch,
      @Nullable IdempotencyKey idempotencyKey)
      implements MemoryCommand {
    public Update {
      if (patch.mask().isEmpty()) {
        throw RekindleException.invalid("update_mask", "an update names at least one field");
      }
    }
  }

  /** Deletes one memory or a batch; every item has a result of its own. */
  record Delete(NamespacePath namespace, List<DeleteItem> items) implements MemoryCommand {
    public Delete {
      items = List.copyOf(items);
      requireBatch("memories", items.size());
    }
  }

  /** One memory to delete. */
  record DeleteItem(
      MemoryId memoryId, @Nullable Long expectedVersion, @Nullable IdempotencyKey idempotencyKey) {}

  private static void requireBatch(String field, int items) {
    if (items == 0) {
      throw RekindleException.invalid(field, "a batch has at least one item");
    }
    Limits.requireAtMost(field, items, Limits.BATCH_ITEMS_MAX, "items");
  }

  /** Zero means the default; too many are refused, not capped. */
  static int requirePageSize(int pageSize) {
    if (pageSize < 0) {
      throw RekindleException.invalid("page_size", "page_size is from 1 to 1000");
    }
    Limits.requireAtMost("page_size", pageSize, Limits.PAGE_SIZE_MAX, "items");
    return pageSize == 0 ? Limits.PAGE_SIZE_DEFAULT : pageSize;
  }
}
