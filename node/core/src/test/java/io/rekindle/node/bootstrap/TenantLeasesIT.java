package io.rekindle.node.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.rekindle.node.config.NodeConfig;
import io.rekindle.node.config.NodeConfigLoader;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.keyring.ClusterKey;
import io.rekindle.node.keyring.FolderMark;
import io.rekindle.node.keyring.TenantKey;
import io.rekindle.node.keyring.TenantKeys;
import io.rekindle.node.model.KeyInfo;
import io.rekindle.node.model.NamespacePath;
import io.rekindle.node.storage.SharedNode;
import io.rekindle.node.storage.engine.IgniteWrappedKeyStore;
import io.rekindle.node.storage.row.CacheName;
import io.rekindle.node.storage.row.Caches;
import io.rekindle.node.storage.row.DataKeyRow;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.apache.ignite.Ignite;
import org.apache.ignite.IgniteCache;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The leases of a node, while another one makes and deletes the root. */
class TenantLeasesIT {
  private static final NamespacePath ROOT = NamespacePath.parse("leased");

  @TempDir private Path temporary;
  private final Ignite ignite = SharedNode.node().ignite();
  private final IgniteCache<Object, DataKeyRow> rows = Caches.cache(ignite, CacheName.DATA_KEY);
  private HeldKey clusterKey;
  private TenantLeases leases;

  @BeforeEach
  @SuppressWarnings("NullAway") // What is null here is nothing to leases.
  void start() throws Exception {
    Path folder = temporary.resolve("data");
    NodeInit.create(folder, List.of(), TenantKeysFixture.properties());
    NodeConfig config = NodeConfigLoader.load(folder, Map.of());
    clusterKey =
        HeldKey.open(
            config, KeySettings.ofCluster(folder), folder.resolve(FolderMark.FILE), () -> config);
    ClusterKey key = clusterKey.clusterKey();
    NodeParts parts =
        new NodeParts(
            config,
            null,
            key,
            null,
            () -> config,
            null,
            null,
            null,
            null,
            null,
            null,
            InstantSource.system());
    leases = new TenantLeases(parts, new IgniteWrappedKeyStore(ignite));
  }

  @AfterEach
  void stop() {
    leases.close();
    clusterKey.close();
    rows.remove(ROOT.toString());
  }

  @Test
  void theKeyOfARootThatWasMadeAnewIsTakenAtOnceAndTheFormerOneOpensNothing() {
    put(leases.make(ROOT, "acme"));
    TenantKey former = leases.get(ROOT);
    assertThat(leases.get(ROOT)).isSameAs(former);

    put(leases.make(ROOT, "globex"));
    TenantKey anew = leases.get(ROOT);
    assertThat(anew).isNotSameAs(former);
    assertThat(anew.isOpen()).isTrue();
    assertThat(former.isOpen()).isFalse();
    assertThat(leases.count()).isEqualTo(1);
  }

  @Test
  void theKeyOfARootThatIsGoneIsNotAskedForAnyMore() throws Exception {
    put(leases.make(ROOT, "acme"));
    TenantKey former = leases.get(ROOT);
    rows.remove(ROOT.toString());

    assertThatExceptionOfType(RekindleException.class)
        .isThrownBy(() -> leases.get(ROOT))
        .extracting(RekindleException::code)
        .isEqualTo(ErrorCode.NOT_READY);
    assertThat(leases.state(ROOT)).isEqualTo(KeyInfo.State.LOCKED);
    TenantKeysFixture.await(() -> leases.count() == 0);
    assertThat(former.isOpen()).isFalse();
    assertThat(leases.locked()).isEmpty();
  }

  private void put(TenantKeys.Made made) {
    made.key().close();
    rows.put(ROOT.toString(), new DataKeyRow(ROOT, new byte[1], made.wrapped()));
  }
}
