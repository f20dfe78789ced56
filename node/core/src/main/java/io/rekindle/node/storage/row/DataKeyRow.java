package io.rekindle.node.storage.row;

import io.rekindle.node.keyring.WrappedKey;
import io.rekindle.node.keyring.WrappedTenantKey;
import io.rekindle.node.model.NamespacePath;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The wrapped key of a namespace (by its id) or of a root namespace (by its path), this one with
 * the tenant's own key, where there is one, and with the count of the namespaces' keys below it.
 */
public final class DataKeyRow {
  static final byte FORMAT = 1;

  private final byte format;
  private final String path;
  private final int slices;
  private final byte[] wrapped;
  private final @Nullable String customerKey;
  private final long tenantKeyId;
  private final byte @Nullable [] tenantKeyCommitment;
  private final byte @Nullable [] tenantKey;
  private final long tenantKeyMadeAtMicros;
  private final long tenantKeyWrappedAtMicros;
  private final int namespaces;

  /**
   * The array is not copied.
   *
   * @param slices of the namespace, or 0 for a root
   */
  public DataKeyRow(NamespacePath path, int slices, byte[] wrapped) {
    this(path, slices, wrapped, null, 0);
  }

  /** Of a root, for its first namespace; its arrays are not copied. */
  public DataKeyRow(NamespacePath root, byte[] wrapped, @Nullable WrappedTenantKey tenantKey) {
    this(root, 0, wrapped, tenantKey, 1);
  }

  private DataKeyRow(
      NamespacePath path,
      int slices,
      byte[] wrapped,
      @Nullable WrappedTenantKey tenantKey,
      int namespaces) {
    this.format = FORMAT;
    this.path = path.toString();
    this.slices = slices;
    this.wrapped = wrapped;
    this.customerKey = tenantKey == null ? null : tenantKey.customerKey();
    this.tenantKeyId = tenantKey == null ? 0 : tenantKey.id();
    this.tenantKeyCommitment = tenantKey == null ? null : tenantKey.commitment();
    this.tenantKey = tenantKey == null ? null : tenantKey.wrapped();
    this.tenantKeyMadeAtMicros = tenantKey == null ? 0 : Micros.of(tenantKey.madeAt());
    this.tenantKeyWrappedAtMicros = tenantKey == null ? 0 : Micros.of(tenantKey.wrappedAt());
    this.namespaces = namespaces;
  }

  /** Whose key it is: what leads from a row's namespace id back to the namespace. */
  public NamespacePath path() {
    return NamespacePath.parse(path);
  }

  /** How many slices the key seals: known here when the namespace's own entry is gone. */
  public int slices() {
    return slices;
  }

  /** Not copied. */
  public WrappedKey wrapped() {
    Formats.requireKnown(format, FORMAT);
    return new WrappedKey(path().root(), wrapped);
  }

  /** The tenant's own key, which wraps those of its namespaces; null when the cluster's does. */
  public @Nullable WrappedTenantKey tenantKey() {
    Formats.requireKnown(format, FORMAT);
    return customerKey == null
        ? null
        : new WrappedTenantKey(
            customerKey,
            tenantKeyId,
            Objects.requireNonNull(tenantKeyCommitment),
            Objects.requireNonNull(tenantKey),
            Micros.toInstant(tenantKeyMadeAtMicros),
            Micros.toInstant(tenantKeyWrappedAtMicros));
  }

  /** The same key, wrapped anew; of a tenant none is. The array is not copied. */
  public DataKeyRow rewrapped(byte[] rewrapped) {
    return new DataKeyRow(path(), slices, rewrapped, tenantKey(), namespaces);
  }

  /** The same, with the tenant's own key wrapped anew. */
  public DataKeyRow with(WrappedTenantKey rewrapped) {
    return new DataKeyRow(path(), slices, wrapped().bytes(), rewrapped, namespaces);
  }

  /** How many namespaces at or below a root have keys; 0 when nobody has counted them. */
  public int namespaces() {
    return namespaces;
  }

  /** The same root, with another count. */
  public DataKeyRow with(int counted) {
    return new DataKeyRow(path(), slices, wrapped().bytes(), tenantKey(), counted);
  }
}
