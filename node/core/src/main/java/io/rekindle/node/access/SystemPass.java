package io.rekindle.node.access;

import io.rekindle.node.access.filter.Filter;
import io.rekindle.node.model.NamespacePath;
import io.rekindle.node.model.RequestId;

/**
 * The pass of background work, which acts for no principal: every row of every namespace, for one
 * of a closed list of purposes. Minted in {@code bootstrap} only.
 */
public final class SystemPass implements Pass {
  /** Why the system touches data by itself. */
  public enum Purpose {
    EMBEDDING,
    EXPIRY,
    INDEX_BUILD,
    SWEEP,
    ACCESS_TRACKING,
    RECOVERY,
    BOOTSTRAP
  }

  private final Purpose purpose;
  private final RequestId requestId;

  private SystemPass(Purpose purpose, RequestId requestId) {
    this.purpose = purpose;
    this.requestId = requestId;
  }

  /** The one mint; it keeps to {@code bootstrap} by a test over the byte code. */
  public static SystemPass mint(Purpose purpose) {
    return new SystemPass(purpose, RequestId.random());
  }

  /** The same purpose under a fresh request id: one for each batch that the audit records. */
  public SystemPass renew() {
    return new SystemPass(purpose, RequestId.random());
  }

  public Purpose purpose() {
    return purpose;
  }

  @Override
  public RequestId requestId() {
    return requestId;
  }

  @Override
  public boolean allows(Action action) {
    return true;
  }

  @Override
  public boolean covers(NamespacePath namespace) {
    return true;
  }

  @Override
  public void check(Action action, NamespacePath namespace) {
    // Its purposes are trusted code of ours; what they may do is held by who gets the pass.
  }

  @Override
  public void checkRoot(Action action) {
    // As above.
  }

  @Override
  public Filter rowFilter(NamespacePath namespace) {
    return Filter.ALL;
  }

  @Override
  public String toString() {
    return "SystemPass[" + purpose + ", " + requestId + "]";
  }
}
