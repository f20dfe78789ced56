package io.rekindle.node.gate;

import io.rekindle.node.model.Command;
import io.rekindle.node.model.Memory;
import io.rekindle.node.model.MemoryCommand;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.Reply;
import java.util.List;
import java.util.Objects;

/** Which memories a command means to change and a reply shows: ids only, never content. */
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
