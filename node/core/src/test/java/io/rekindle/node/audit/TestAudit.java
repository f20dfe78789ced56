package io.rekindle.node.audit;

import io.rekindle.node.config.Durability;
import io.rekindle.node.keyring.TestCiphers;
import io.rekindle.node.model.AuditEntry;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;

/** An audit log for the tests of those who write into it. */
public final class TestAudit {
  private TestAudit() {}

  /** Opens the log of a folder, with its background thread. */
  public static AuditLog open(Path folder) {
    return AuditLog.open(
        folder,
        TestCiphers.audit(7),
        Durability.PROCESS,
        AuditFixture.SETTINGS,
        InstantSource.system());
  }

  /** Every record but those of the node itself, oldest first. */
  public static List<AuditEntry> records(AuditLog log) {
    return AuditFixture.all(log).stream().filter(entry -> !entry.kind().equals("system")).toList();
  }
}
