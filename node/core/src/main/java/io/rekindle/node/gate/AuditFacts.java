package io.rekindle.node.gate;

import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.Command;
import io.rekindle.node.model.KeyCommand;
import io.rekindle.node.model.Memory;
import io.rekindle.node.model.MemoryCommand;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.NamespaceCommand;
import io.rekindle.node.model.Reply;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What of a command and a reply is recorded: ids, reasons and names of keys, never content. */
final class AuditFacts {
  private AuditFacts() {}

  static List<MemoryId> intendedIds(Command command) {
    return switch (command) {
      case MemoryCommand.Store c ->
          c.items().stream().map(MemoryCommand.StoreItem::mintedId).toList();
      case MemoryCommand.Update c -> List.of(c.memoryId());
      case MemoryCommand.Delete c ->
          c.items().stream().map(MemoryCommand.DeleteItem::memoryId).toList();
      default -> List.of();
    };
  }

  /** The customer's key that a command names, or null. */
  static @Nullable String customerKey(Command command) {
    return switch (command) {
      case NamespaceCommand.Create c -> c.customerKey();
      case KeyCommand.RewrapTenant c -> c.customerKey();
      default -> null;
    };
  }

  /** By which customer's key what a command has made, or wrapped anew, is wrapped, or null. */
  static @Nullable String customerKey(Command command, Reply reply) {
    return switch (reply) {
      case Reply.NamespaceReply r when command instanceof NamespaceCommand.Create ->
          r.customerKey();
      case Reply.TenantKeyRewrapped r -> r.customerKey();
      default -> null;
    };
  }

  /**
   * Why nothing of a batch was done: the reason of its first item, which for a batch of one is what
   * the caller is answered; null when something was done.
   */
  static @Nullable ErrorCode refusal(Reply reply) {
    return switch (reply) {
      case Reply.Stored r -> firstIfAll(r.results().stream().map(Reply.StoreResult::error));
      case Reply.Deleted r -> firstIfAll(r.results().stream().map(Reply.DeleteResult::error));
      default -> null;
    };
  }

  private static @Nullable ErrorCode firstIfAll(Stream<@Nullable RekindleException> errors) {
    ErrorCode first = null;
    for (Iterator<@Nullable RekindleException> each = errors.iterator(); each.hasNext(); ) {
      RekindleException error = each.next();
      if (error == null) {
        return null;
      }
      first = first == null ? error.code() : first;
    }
    return first;
  }

  static List<MemoryId> memoryIds(Reply reply) {
    return switch (reply) {
      case Reply.Stored r ->
          r.results().stream()
              .map(Reply.StoreResult::memory)
              .filter(Objects::nonNull)
              .map(memory -> memory.memoryId())
              .toList();
      case Reply.Deleted r ->
          r.results().stream()
              .filter(result -> result.error() == null)
              .map(Reply.DeleteResult::memoryId)
              .toList();
      case Reply.Got r -> List.of(r.memory().memoryId());
      case Reply.Updated r -> List.of(r.memory().memoryId());
      case Reply.Listed r -> r.memories().stream().map(Memory::memoryId).toList();
      case Reply.Found r -> r.hits().stream().map(hit -> hit.memory().memoryId()).toList();
      default -> List.of();
    };
  }
}
