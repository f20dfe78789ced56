package io.rekindle.node.storage.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.node.keyring.WrappedTenantKey;
import io.rekindle.node.model.NamespacePath;
import io.rekindle.node.storage.SharedNode;
import io.rekindle.node.storage.row.CacheName;
import io.rekindle.node.storage.row.Caches;
import io.rekindle.node.storage.row.DataKeyRow;
import java.time.Instant;
import org.apache.ignite.Ignite;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WrappedKeyStoreIT {
  private static final NamespacePath ROOT = NamespacePath.parse("counted");

  private final Ignite ignite = SharedNode.node().ignite();
  private final IgniteWrappedKeyStore keys = new IgniteWrappedKeyStore(ignite);

  @AfterEach
  void remove() {
    Caches.cache(ignite, CacheName.DATA_KEY).remove(ROOT.toString());
  }

  /** It would be wrapped by a key that is nowhere kept. */
  @Test
  void noNamespaceIsCountedUnderAnotherKeyThanItWasDecidedUnder() {
    assertThat(keys.countNamespace(ROOT, null)).as("of a root that is gone").isFalse();
    keys.putRootKey(ROOT, new byte[1], tenantKey(1));
    assertThat(keys.countNamespace(ROOT, null)).isFalse();
    assertThat(keys.countNamespace(ROOT, tenantKey(2))).isFalse();
    assertThat(namespaces()).isEqualTo(1);
    assertThat(keys.countNamespace(ROOT, tenantKey(1))).isTrue();
    assertThat(namespaces()).isEqualTo(2);

    assertThat(keys.replaceTenantKey(ROOT, tenantKey(1), tenantKey(1))).isTrue();
    assertThat(namespaces()).as("wrapped anew").isEqualTo(2);
    assertThat(keys.replaceWrapped(ROOT.toString(), new byte[] {7}, new byte[] {8})).isFalse();
    assertThat(keys.replaceWrapped(ROOT.toString(), new byte[1], new byte[] {8})).isTrue();
    assertThat(namespaces()).as("by another cluster key").isEqualTo(2);
    assertThat(keys.findTenantKey(ROOT)).isNotNull();
  }

  private int namespaces() {
    return Caches.<Object, DataKeyRow>cache(ignite, CacheName.DATA_KEY)
        .get(ROOT.toString())
        .namespaces();
  }

  private static WrappedTenantKey tenantKey(long id) {
    return new WrappedTenantKey(
        "acme", id, new byte[32], new byte[] {(byte) id}, Instant.EPOCH, Instant.EPOCH);
  }
}
