package io.rekindle.node.bootstrap;

import io.rekindle.node.audit.AuditLog;
import io.rekindle.node.kms.KeyManagementService.Probe;
import io.rekindle.node.model.NamespacePath;
import io.rekindle.node.model.RequestId;
import io.rekindle.node.storage.engine.IgniteStorage;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a tenant's key being taken away, and given back, does to this node. Thread-safe. */
final class TenantLocks implements HeldTenantKey.User {
  private static final Logger LOG = LoggerFactory.getLogger(TenantLocks.class);

  private final IgniteStorage storage;
  private final AuditLog audit;
  private volatile Consumer<NamespacePath> onLock = _ -> {};
  private volatile Runnable onUnlock = () -> {};

  TenantLocks(IgniteStorage storage, AuditLog audit) {
    this.storage = storage;
    this.audit = audit;
  }

  /**
   * Has others told, too, from when there are requests and background work.
   *
   * @param locked told which root; like the other it is short, and throws nothing
   */
  void tell(Consumer<NamespacePath> locked, Runnable unlocked) {
    onLock = locked;
    onUnlock = unlocked;
  }

  @Override
  public void locked(NamespacePath root, Probe because) {
    storage.lock(root);
    onLock.accept(root);
    note("tenant-key.locked", root, ", answer " + because);
  }

  @Override
  public void unlocked(NamespacePath root) {
    onUnlock.run();
    note("tenant-key.unlocked", root, "");
  }

  /** That it can't be written keeps nobody in, and nobody out. */
  private void note(String action, NamespacePath root, String answer) {
    try {
      audit.note(RequestId.random(), action, 1, "namespace " + root + answer);
    } catch (RuntimeException e) {
      LOG.atError().addKeyValue("action", action).setCause(e).log("it could not be recorded");
    }
  }
}
