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
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Closes the intents that a crash left open, with what is found: the outcome names those of the
 * intended memories that exist now, all of them, whatever the action was. What the request had done
 * when the node died is not known in any other way, so that is what an auditor reads:
 *
 * <ul>
 *   <li>of a store: named ones were stored (or, under an id of the caller's own, existed before);
 *       the others were not;
 *   <li>of a delete, or an expiry: named ones are still there; the others are gone;
 *   <li>of an update: a named one exists, with the change or without: the row's version tells;
 *   <li>of anything else (namespaces, API keys, agent state): nothing is named.
 * </ul>
 *
 * <p>A memory exists when its row is there, also one whose payload does not open; an expired one,
 * and any of a namespace that is gone, does not.
 */
final class IntentRecovery {
  /** The decision of an outcome that was found out after a crash, not seen. */
  static final String FOUND_AFTER_CRASH = "found-after-crash";

  /** Intents whose lists are in memory together; each has at most the 1,000 ids of a batch. */
  private static final int INTENTS_AT_A_TIME = 64;

  private IntentRecovery() {}

  static void run(
      AuditLog audit,
      NamespaceStore namespaces,
      MemoryStore memories,
      SystemPass pass,
      InstantSource clock) {
    run(audit, audit.openIntents(), namespaces, memories, pass, clock);
  }

  /** As above, of intents of any chain. */
  static void run(
      AuditLog audit,
      List<OpenIntent> open,
      NamespaceStore namespaces,
      MemoryStore memories,
      SystemPass pass,
      InstantSource clock) {
    for (int from = 0; from < open.size(); from += INTENTS_AT_A_TIME) {
      int end = Math.min(open.size(), from + INTENTS_AT_A_TIME);
      for (OpenIntent intent : audit.withAllMemories(open.subList(from, end))) {
        Set<MemoryId> found = new LinkedHashSet<>();
        for (NamespacePath path : intent.namespaces()) {
          found.addAll(existing(namespaces, memories, pass, path, intent.memoryIds()));
        }
        close(audit, intent, List.copyOf(found), clock);
      }
    }
  }

  private static void close(
      AuditLog audit, OpenIntent intent, List<MemoryId> found, InstantSource clock) {
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
      // Of a damaged namespace nothing can be found out.
      if (e.code() != ErrorCode.NAMESPACE_NOT_FOUND && e.code() != ErrorCode.DATA_CORRUPTED) {
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
      return switch (e.code()) {
        case MEMORY_NOT_FOUND -> false;
        case DATA_CORRUPTED, KEY_REVOKED -> true;
        default -> throw e;
      };
    }
  }
}
