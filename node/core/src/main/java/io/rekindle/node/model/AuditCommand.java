package io.rekindle.node.model;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What an auditor can ask. */
public sealed interface AuditCommand extends Command {
  @Override
  default boolean mutates() {
    return false;
  }

  /**
   * Lists records, newest first; an auditor of a namespace sees the records of that namespace.
   *
   * @param from inclusive
   * @param to exclusive
   * @param node whose chain, by its stable id; null for the one that is asked
   */
  record ListRecords(
      @Nullable NamespacePath namespace,
      @Nullable ApiKeyId principal,
      @Nullable Boolean deniedOnly,
      @Nullable Instant from,
      @Nullable Instant to,
      int pageSize,
      @Nullable String page,
      @Nullable UUID node)
      implements AuditCommand {
    public ListRecords {
      pageSize = MemoryCommand.requirePageSize(pageSize);
    }
  }

  /**
   * Recomputes chains from their first record to the tail. Needs a grant on the root.
   *
   * @param node whose chain alone, by its stable id; null for those of all nodes
   */
  record Verify(@Nullable UUID node) implements AuditCommand {}
}
