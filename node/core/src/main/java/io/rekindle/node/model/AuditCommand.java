package io.rekindle.node.model;

import java.time.Instant;
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
   */
  record ListRecords(
      @Nullable NamespacePath namespace,
      @Nullable ApiKeyId principal,
      @Nullable Boolean deniedOnly,
      @Nullable Instant from,
      @Nullable Instant to,
      int pageSize,
      @Nullable String page)
      implements AuditCommand {
    public ListRecords {
      pageSize = MemoryCommand.requirePageSize(pageSize);
    }
  }

  /** Recomputes the chain from its first record to the tail. Needs a grant on the root. */
  record Verify() implements AuditCommand {}
}
