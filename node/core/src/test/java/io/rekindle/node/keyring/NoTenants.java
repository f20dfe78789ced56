package io.rekindle.node.keyring;

import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.NamespacePath;
import org.jspecify.annotations.Nullable;

/** Of a node on which no tenant has a key of its own. */
public class NoTenants implements TenantKeys {
  @Override
  public TenantKey get(NamespacePath root) {
    throw TenantKey.revoked(root);
  }

  @Override
  public @Nullable String defaultCustomerKey() {
    return null;
  }

  @Override
  public Made make(NamespacePath root, String customerKey) {
    throw RekindleException.invalid("customer_key", "there are none here");
  }

  @Override
  public WrappedTenantKey rewrap(
      NamespacePath root, WrappedTenantKey wrapped, @Nullable String customerKey) {
    throw TenantKey.revoked(root);
  }
}
