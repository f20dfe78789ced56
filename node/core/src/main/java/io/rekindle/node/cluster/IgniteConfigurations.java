package io.rekindle.node.cluster;

import io.rekindle.node.config.Durability;
import io.rekindle.node.config.NodeConfig;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.apache.ignite.calcite.CalciteQueryEngineConfiguration;
import org.apache.ignite.configuration.DataRegionConfiguration;
import org.apache.ignite.configuration.DataStorageConfiguration;
import org.apache.ignite.configuration.ExecutorConfiguration;
import org.apache.ignite.configuration.IgniteConfiguration;
import org.apache.ignite.configuration.SqlConfiguration;
import org.apache.ignite.configuration.SystemDataRegionConfiguration;
import org.apache.ignite.configuration.WALMode;
import org.apache.ignite.logger.slf4j.Slf4jLogger;
import org.apache.ignite.spi.communication.tcp.TcpCommunicationSpi;
import org.apache.ignite.spi.discovery.tcp.TcpDiscoverySpi;
import org.apache.ignite.spi.indexing.IndexingSpi;
import org.apache.ignite.spi.metric.noop.NoopMetricExporterSpi;
import org.jspecify.annotations.Nullable;

/**
 * The whole configuration of a node's engine, in one place.
 *
 * <p>What Ignite opens or writes by default and Rekindle does not want is switched off here, each
 * with its reason; the caller adds caches and plugins, and then nothing more.
 */
public final class IgniteConfigurations {
  private static final int PAGE_BYTES = 4096;

  /** Each reads or writes a disk all the time: more would not end earlier. The others wait. */
  private static final int LONG_THREADS = 2;

  private static final int REQUEST_THREADS = 16;
  private static final long SYSTEM_REGION_BYTES = 16L << 20;
  private static final long SYSTEM_REGION_BYTES_MAX = 64L << 20;

  /** How long a failed engine may take to stop before the process is halted. */
  private static final Duration HALT_AFTER = Duration.ofSeconds(30);

  static {
    IgniteProperties.set();
  }

  private IgniteConfigurations() {}

  /**
   * A configuration ready to start, without caches.
   *
   * @param nodeId stable over restarts: the name of this node's folder and place in the baseline
   * @param indexing null for none
   * @param traits what the node must have in common with those that it joins
   */
  public static IgniteConfiguration of(
      NodeConfig config,
      EngineFolders folders,
      UUID nodeId,
      XaesEncryptionSpi encryption,
      NodeTls tls,
      @Nullable IndexingSpi indexing,
      EngineFailureListener failures,
      NodeTraits traits) {
    IgniteConfiguration ignite = new IgniteConfiguration();
    ignite.setIgniteInstanceName("rekindle-" + nodeId);
    ignite.setConsistentId(nodeId.toString());
    ignite.setWorkDirectory(folders.ignite().toString());
    ignite.setSnapshotPath(folders.snapshots().toString());
    ignite.setGridLogger(new Slf4jLogger());
    ignite.setEncryptionSpi(encryption);
    ignite.setDataStorageConfiguration(storage(config, folders));
    new EnginePlugin(traits, PagesId.folder(folders.dataFolder(), nodeId)).addTo(ignite);
    Map<String, Object> attributes = traits.attributes();
    attributes.put(ClusterStart.FOUNDER, config.cluster().initialNodes() > 0);
    attributes.put(
        ClusterStart.WITHOUT, String.join(",", config.cluster().startWithout().orElse(List.of())));
    EmbeddingOffers.tell(attributes, config.embedding());
    Settling.tell(attributes, config.cluster().settling());
    ignite.setUserAttributes(attributes);
    ignite.setFailureHandler(
        new EngineFailureHandler(DamagedPartitions.in(folders), failures, HALT_AFTER));
    ignite.setExecutorConfiguration(
        executor(SliceCalls.Lane.REQUESTS, REQUEST_THREADS),
        // One more than may be here, to refuse what is too much.
        executor(SliceCalls.Lane.EMBEDDING, config.embedding().takenMax() + 1),
        executor(SliceCalls.Lane.LONG, LONG_THREADS));
    if (indexing != null) {
      ignite.setIndexingSpi(indexing);
    }
    network(ignite, config, tls);
    harden(ignite);
    return ignite;
  }

  private static ExecutorConfiguration executor(SliceCalls.Lane lane, int threads) {
    return new ExecutorConfiguration(lane.executor()).setSize(threads);
  }

  private static void network(IgniteConfiguration ignite, NodeConfig config, NodeTls tls) {
    String host = config.cluster().host();
    int discoveryPort = portOrFree(config.ignite().discoveryPort(), host);
    TcpDiscoverySpi discovery = new RingDiscoverySpi();
    discovery.setLocalAddress(host);
    discovery.setLocalPort(discoveryPort);
    discovery.setLocalPortRange(0);
    discovery.setIpFinder(
        new ResolvedAddresses(
            addresses(config.cluster(), InetSocketAddress.createUnresolved(host, discoveryPort))));
    ignite.setDiscoverySpi(discovery);

    TcpCommunicationSpi communication = new TcpCommunicationSpi();
    communication.setLocalAddress(host);
    communication.setLocalPort(portOrFree(config.ignite().communicationPort(), host));
    communication.setLocalPortRange(0);
    ignite.setCommunicationSpi(communication);

    ignite.setLocalHost(host);
    ignite.setSslContextFactory(new Tls13ContextFactory(tls));
    ignite.setFailureDetectionTimeout(config.ignite().failureDetection().toMillis());
    // The REST and thin-client listeners speak protocols that no pass guards.
    ignite.setConnectorConfiguration(null);
    ignite.setClientConnectorConfiguration(null);
  }

  /**
   * Where to look for others. This node's own address is always among them: of nodes that start at
   * the same time Ignite lets one begin the ring, and that may be any of them; without its address
   * it would wait for the others for ever, and they for it.
   */
  private static List<InetSocketAddress> addresses(
      NodeConfig.Cluster cluster, InetSocketAddress self) {
    Set<InetSocketAddress> addresses =
        cluster.addresses().orElse(List.of()).stream()
            .map(String::strip)
            .map(ResolvedAddresses::parse)
            .collect(Collectors.toCollection(LinkedHashSet::new));
    addresses.add(self);
    return List.copyOf(addresses);
  }

  private static void harden(IgniteConfiguration ignite) {
    // Code comes from the class path of this node, never from a peer.
    ignite.setPeerClassLoadingEnabled(false);
    // By default every environment variable and system property is told to all nodes.
    ignite.setIncludeProperties();
    ignite.setMetricsLogFrequency(0);
    ignite.setMetricExporterSpi(new NoopMetricExporterSpi());
    ignite.setSqlConfiguration(
        new SqlConfiguration()
            .setQueryEnginesConfiguration(new CalciteQueryEngineConfiguration().setDefault(true))
            // A history would keep query texts.
            .setSqlQueryHistorySize(0));
  }

  private static DataStorageConfiguration storage(NodeConfig config, EngineFolders folders) {
    NodeConfig.Ignite ignite = config.ignite();
    DataRegionConfiguration region = new DataRegionConfiguration();
    region.setName("default");
    region.setPersistenceEnabled(true);
    region.setInitialSize(
        Math.min(ignite.dataRegionInitial().bytes(), ignite.dataRegionMax().bytes()));
    region.setMaxSize(ignite.dataRegionMax().bytes());
    region.setCheckpointPageBufferSize(ignite.checkpointBuffer().bytes());
    // A swap file would hold pages in clear.
    region.setSwapPath(null);

    DataStorageConfiguration storage = new DataStorageConfiguration();
    storage.setDefaultDataRegionConfiguration(region);
    storage.setSystemDataRegionConfiguration(
        new SystemDataRegionConfiguration()
            .setInitialSize(SYSTEM_REGION_BYTES)
            .setMaxSize(SYSTEM_REGION_BYTES_MAX));
    storage.setPageSize(PAGE_BYTES);
    storage.setFileIOFactory(new UninterruptibleFiles());
    storage.setStoragePath(folders.pages().toString());
    storage.setWalPath(folders.wal().toString());
    storage.setWalArchivePath(folders.walArchive().toString());
    storage.setWalMode(config.durability() == Durability.POWER ? WALMode.FSYNC : WALMode.LOG_ONLY);
    storage.setWalSegments(ignite.walSegments());
    storage.setWalSegmentSize(Math.toIntExact(ignite.walSegment().bytes()));
    storage.setMaxWalArchiveSize(ignite.walArchiveMax().bytes());
    storage.setCheckpointFrequency(ignite.checkpointInterval().toMillis());
    // Slows writers down before a checkpoint has to stop them.
    storage.setWriteThrottlingEnabled(true);
    PageSealing.slowDown(storage);
    return storage;
  }

  /** A port that was free a moment ago; the bind that follows fails if someone took it. */
  private static int portOrFree(int port, String host) {
    return port != 0 ? port : FreePort.on(host);
  }
}
