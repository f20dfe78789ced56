package io.rekindle.node.access;

import io.rekindle.node.model.KeyScope;
import org.jspecify.annotations.Nullable;

/** Everything that is authorised, and what it needs besides a grant over the namespace. */
public enum Action {
  STORE("memory.store", KeyScope.READ_WRITE),
  GET("memory.get", KeyScope.READ_ONLY),
  LIST("memory.list", KeyScope.READ_ONLY),
  SEARCH("memory.search", KeyScope.READ_ONLY),
  UPDATE("memory.update", KeyScope.READ_WRITE),
  DELETE("memory.delete", KeyScope.READ_WRITE),
  /** Changes what access depends on: tags, sensitivity, subject. */
  RELABEL("memory.relabel", KeyScope.READ_WRITE),
  STATE_READ("state.read", KeyScope.READ_ONLY),
  STATE_WRITE("state.write", KeyScope.READ_WRITE),
  NAMESPACE_READ("namespace.read", KeyScope.READ_ONLY),
  /** Makes and deletes namespaces; a delete takes all rows, so the grant must show all. */
  NAMESPACE_WRITE("namespace.write", KeyScope.ADMIN, null, true),
  /** Has the cluster's, or a tenant's own, key wrapped anew by the same customer's key. */
  KEY_REWRAP("key.rewrap", KeyScope.ADMIN, null, true),
  /** Has another customer's key wrap it: decides who may take the tenant away. */
  KEY_MOVE("key.move", KeyScope.ADMIN, null, true),
  /** Gives the cluster a new key, in the place of one that somebody may have seen. */
  KEY_REPLACE("key.replace", KeyScope.ADMIN, null, true),
  ACCESS_READ("access.read", KeyScope.ADMIN),
  ACCESS_WRITE("access.write", KeyScope.ADMIN),
  /** Reads audit records, which name memories by id whatever a condition hides. */
  AUDIT("audit.read", KeyScope.READ_ONLY, "audit", true),
  MONITOR("cluster.monitor", KeyScope.READ_ONLY, "monitor", false),
  /**
   * Changes which nodes hold data, and the keys of pages, of all tenants: the grant must show all.
   */
  CLUSTER_WRITE("cluster.write", KeyScope.ADMIN, null, true),
  /** Sees backups, which are of all tenants: the grant must show all. */
  BACKUP_READ("backup.read", KeyScope.ADMIN, null, true),
  BACKUP_CREATE("backup.create", KeyScope.ADMIN, null, true),
  BACKUP_DELETE("backup.delete", KeyScope.ADMIN, null, true),
  /** Any key may ask who it is, even one without grants. */
  WHO_AM_I("access.who_am_i", KeyScope.READ_ONLY);

  private final String id;
  private final KeyScope requiredScope;
  private final @Nullable String extraAction;
  private final boolean needsEveryRow;

  Action(String id, KeyScope requiredScope) {
    this(id, requiredScope, null, false);
  }

  Action(String id, KeyScope requiredScope, @Nullable String extraAction, boolean needsEveryRow) {
    this.id = id;
    this.requiredScope = requiredScope;
    this.extraAction = extraAction;
    this.needsEveryRow = needsEveryRow;
  }

  /** The name in policies, audit records and errors. */
  public String id() {
    return id;
  }

  /** The least scope of an API key. */
  public KeyScope requiredScope() {
    return requiredScope;
  }

  /** What the grant itself must name, see {@code GrantSpec.EXTRA_ACTIONS}; null for nothing. */
  public @Nullable String extraAction() {
    return extraAction;
  }

  /** Whether a grant with a condition is not enough. */
  public boolean needsEveryRow() {
    return needsEveryRow;
  }

  /** Whether it is allowed to a key without any grant. */
  boolean needsNoGrant() {
    return this == WHO_AM_I;
  }
}
