package io.rekindle.node.audit;

import io.rekindle.node.model.AuditEntry;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Records, newest first. A page may be short, even empty, while {@code next} is set: one call reads
 * a bounded number of blocks.
 */
public record AuditPage(List<AuditEntry> entries, @Nullable AuditCursor next) {
  public AuditPage {
    entries = List.copyOf(entries);
  }
}
