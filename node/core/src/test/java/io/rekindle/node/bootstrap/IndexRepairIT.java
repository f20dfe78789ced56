package io.rekindle.node.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.node.contract.TestDoor.Seed;
import io.rekindle.node.endpoint.grpc.GrpcTenants;
import io.rekindle.node.endpoint.grpc.GrpcTestDoor;
import io.rekindle.node.error.ErrorCode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.ignite.Ignite;
import org.apache.ignite.IgniteCheckedException;
import org.apache.ignite.Ignition;
import org.apache.ignite.cache.QueryEntity;
import org.apache.ignite.configuration.CacheConfiguration;
import org.apache.ignite.internal.IgniteEx;
import org.apache.ignite.internal.cache.query.index.sorted.maintenance.MaintenanceRebuildIndexUtils;
import org.apache.ignite.internal.util.typedef.internal.CU;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ignite notes that an SQL index is corrupted when a write to it fails, as on a full disk, and
 * starts in its maintenance mode the next time, in which nothing can be served.
 */
class IndexRepairIT {
  private static final String NAMESPACE = "kept";
  private static final String CACHE = "memory";

  @TempDir Path folder;

  @Test
  void anIndexThatIsHeldForCorruptedIsRebuiltAndTheNodeStarts() throws Exception {
    List<Ignite> others = new ArrayList<>(Ignition.allGrids());
    try (TestNode node = TestNode.start(folder.resolve("data"));
        GrpcTestDoor door = new GrpcTestDoor(node)) {
      new GrpcTenants(door.channel(node.adminKey())).external(NAMESPACE, false);
      String id = door.caller(node.adminKey()).store(NAMESPACE, Seed.of("kept")).memoryId();
      Ignite own =
          Ignition.allGrids().stream().filter(it -> !others.contains(it)).findFirst().orElseThrow();
      noteACorruptedIndex((IgniteEx) own);

      node.shell().stopEngine(ErrorCode.NOT_READY);
      node.shell().startEngine();

      assertThat(door.caller(node.adminKey()).get(NAMESPACE, id).content()).isEqualTo("kept");
      assertThat(door.caller(node.adminKey()).list(List.of(NAMESPACE), 10, null).memories())
          .hasSize(1);
    }
  }

  /** As Ignite does it by itself in {@code InlineIndexTree}. */
  private static void noteACorruptedIndex(IgniteEx ignite) throws IgniteCheckedException {
    CacheConfiguration<?, ?> memories = ignite.context().cache().cacheConfiguration(CACHE);
    QueryEntity entity = memories.getQueryEntities().iterator().next();
    String index = entity.getIndexes().iterator().next().getName();
    ignite
        .context()
        .maintenanceRegistry()
        .registerMaintenanceTask(
            MaintenanceRebuildIndexUtils.toMaintenanceTask(CU.cacheId(CACHE), index));
  }
}
