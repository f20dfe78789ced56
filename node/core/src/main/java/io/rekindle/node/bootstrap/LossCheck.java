package io.rekindle.node.bootstrap;

import io.rekindle.node.access.SystemPass;
import io.rekindle.node.audit.AuditLog;
import io.rekindle.node.audit.AuditRecord;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.model.NamespacePath;
import io.rekindle.node.model.RequestId;
import io.rekindle.node.storage.MemoryStore;
import io.rekindle.node.storage.NamespaceStore;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds the stores against what the audit acknowledged last. The two lie in different files: when
 * the end of Ignite's log is gone (a disk that lied, a folder put back from a copy), the audit
 * still knows what was in it. Mends nothing; tells the operator, in the diagnostics and in the
 * audit.
 */
final class LossCheck {
  static final String MISSING = "storage.acknowledged-missing";
  static final String RETURNED = "storage.deleted-returned";
  private static final Logger LOG = LoggerFactory.getLogger(LossCheck.class);

  private final NamespaceStore namespaces;
  private final MemoryStore memories;
  private final SystemPass pass;

  private LossCheck(NamespaceStore namespaces, MemoryStore memories, SystemPass pass) {
    this.namespaces = namespaces;
    this.memories = memories;
    this.pass = pass;
  }

  static void run(
      AuditLog audit,
      NamespaceStore namespaces,
      MemoryStore memories,
      SystemPass pass,
      InstantSource clock) {
    AcknowledgedMemories acknowledged = AcknowledgedMemories.of(audit.takeRecentMutations());
    LossCheck check = new LossCheck(namespaces, memories, pass);
    check
        .thoseThatAre(false, acknowledged.stored())
        .forEach((path, ids) -> report(audit, clock, MISSING, path, ids));
    check
        .thoseThatAre(true, acknowledged.deleted())
        .forEach((path, ids) -> report(audit, clock, RETURNED, path, ids));
  }

  private Map<NamespacePath, List<MemoryId>> thoseThatAre(
      boolean there, Map<MemoryId, NamespacePath> expected) {
    Map<NamespacePath, List<MemoryId>> found = new TreeMap<>();
    expected.forEach(
        (id, path) -> {
          if (isThere(path, id, !there) == there) {
            found.computeIfAbsent(path, _ -> new ArrayList<>()).add(id);
          }
        });
    return found;
  }

  /** Nothing is expected of a namespace that is gone, or damaged. */
  private boolean isThere(NamespacePath path, MemoryId id, boolean otherwise) {
    try {
      Namespace namespace = namespaces.get(pass, path);
      return memories.holds(pass, namespace, id);
    } catch (RekindleException e) {
      if (e.code() == ErrorCode.NAMESPACE_NOT_FOUND || e.code() == ErrorCode.DATA_CORRUPTED) {
        return otherwise;
      }
      throw e;
    }
  }

  private static void report(
      AuditLog audit, InstantSource clock, String action, NamespacePath path, List<MemoryId> ids) {
    LOG.atError()
        .addKeyValue("found", action)
        .addKeyValue("memories", ids.size())
        .log(
            "the stores do not hold what was acknowledged: the end of the engine's log was lost, or"
                + " an older copy of its folder was put back; the audit names the memories");
    AuditRecord record =
        new AuditRecord(
            clock.instant(),
            AuditRecord.Kind.SYSTEM,
            RequestId.random(),
            null,
            null,
            action,
            List.of(path),
            List.of(),
            0,
            null,
            AuditRecord.ALLOWED,
            "node",
            "",
            0);
    audit.append(record.withMemories(ids), ids);
  }
}
