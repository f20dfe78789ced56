package io.rekindle.node.bootstrap;

import io.rekindle.node.access.SystemPass;
import io.rekindle.node.audit.AuditLog;
import io.rekindle.node.audit.AuditRecord;
import io.rekindle.node.audit.OpenIntent;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.model.NamespacePath;
import io.rekindle.node.storage.MemoryStore;
import io.rekindle.node.storage.NamespaceStore;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/**
 * Closes the intents that a crash left open, with what is found: the outcome names those of the
 * intended memories that exist now.
 */
final class IntentRecovery {
  /** The decision of an outcome that was found out after a crash, not seen. */
  static final String FOUND_AFTER_CRASH = "found-after-crash";

  private IntentRecovery() {}

  static void run(
      AuditLog audit,
      NamespaceStore namespaces,
      MemoryStore memories,
      SystemPass pass,
      InstantSource clock) {
    for (OpenIntent intent : audit.openIntents()) {
      List<MemoryId> found = new ArrayList<>();
      for (NamespacePath path : intent.namespaces()) {
        found.addAll(existing(namespaces, memories, pass, path, intent.memoryIds()));
      }
      AuditRecord outcome =
          new AuditRecord(
              clock.instant(),
              AuditRecord.Kind.OUTCOME,
              intent.requestId(),
              intent.principal(),
              null,
              intent.action(),
              intent.namespaces(),
              List.of(),
              0,
              null,
              FOUND_AFTER_CRASH,
              intent.transport(),
              intent.peer(),
              0);
      audit.append(outcome.withMemories(found), found);
    }
  }

  private static List<MemoryId> existing(
      NamespaceStore namespaces,
      MemoryStore memories,
      SystemPass pass,
      NamespacePath path,
      List<MemoryId> ids) {
    List<MemoryId> found = new ArrayList<>();
    try {
      Namespace namespace = namespaces.get(pass, path);
      for (MemoryId id : ids) {
        if (exists(memories, pass, namespace, id)) {
          found.add(id);
        }
      }
    } catch (RekindleException e) {
      if (e.code() != ErrorCode.NAMESPACE_NOT_FOUND) {
        throw e;
      }
    }
    return found;
  }

  private static boolean exists(
      MemoryStore memories, SystemPass pass, Namespace namespace, MemoryId id) {
    try {
      memories.get(pass, namespace, id);
      return true;
    } catch (RekindleException e) {
      if (e.code() != ErrorCode.MEMORY_NOT_FOUND) {
        throw e;
      }
      return false;
    }
  }
}
