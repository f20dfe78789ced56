package io.rekindle.node.cluster;

import java.io.Serializable;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.apache.ignite.Ignite;
import org.apache.ignite.cluster.ClusterNode;
import org.apache.ignite.configuration.IgniteConfiguration;
import org.apache.ignite.internal.IgniteEx;
import org.apache.ignite.internal.pagemem.wal.IgniteWriteAheadLogManager;
import org.apache.ignite.internal.processors.cache.persistence.DatabaseLifecycleListener;
import org.apache.ignite.internal.processors.cache.persistence.GridCacheDatabaseSharedManager;
import org.apache.ignite.internal.processors.cache.persistence.IgniteCacheDatabaseSharedManager;
import org.apache.ignite.plugin.CachePluginContext;
import org.apache.ignite.plugin.CachePluginProvider;
import org.apache.ignite.plugin.CacheTopologyValidatorProvider;
import org.apache.ignite.plugin.ExtensionRegistry;
import org.apache.ignite.plugin.IgnitePlugin;
import org.apache.ignite.plugin.PluginConfiguration;
import org.apache.ignite.plugin.PluginContext;
import org.apache.ignite.plugin.PluginProvider;
import org.apache.ignite.plugin.PluginValidationException;
import org.jspecify.annotations.Nullable;

/**
 * Puts Rekindle's own components in the place of Ignite's, the write-ahead log, and its rules
 * beside them: who may join, and when, that a minority takes no writes, and how much a page takes.
 */
final class EnginePlugin implements PluginProvider<PluginConfiguration> {
  static final String NAME = "rekindle-engine";

  private final NodeTraits traits;
  private final Path pages;
  private @Nullable IgniteEx ignite;
  private @Nullable Rules rules;

  /** What the rules know, for those who say and decide what is done about it. */
  record Rules(LastOwners lastOwners, CutOffCopies cutOff) implements IgnitePlugin {
    static Rules of(Ignite ignite) {
      return ignite.plugin(NAME);
    }
  }

  EnginePlugin(NodeTraits traits, Path pages) {
    this.traits = traits;
    this.pages = pages;
  }

  /** Has a node begin with it. */
  void addTo(IgniteConfiguration configuration) {
    configuration.setPluginProviders(this);
    new EncryptedFreeLists(this::engine).listenIn(configuration);
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String version() {
    return "1";
  }

  @Override
  public String copyright() {
    return "";
  }

  @Override
  // As Ignite declares it; the caller names the one type of plugin that there is.
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  public <T extends IgnitePlugin> T plugin() {
    return (T) rules();
  }

  @Override
  public <T> @Nullable T createComponent(PluginContext context, Class<T> type) {
    return type == IgniteWriteAheadLogManager.class
        ? type.cast(new UnbrokenWal(((IgniteEx) context.grid()).context()))
        : null;
  }

  private IgniteEx engine() {
    return Objects.requireNonNull(ignite, "before the engine is there");
  }

  private Rules rules() {
    return Objects.requireNonNull(rules, "before the engine is there");
  }

  @Override
  public void initExtensions(PluginContext context, ExtensionRegistry registry) {
    ignite = (IgniteEx) context.grid();
    Majority majority = new Majority(engine());
    LastOwners lastOwners = new LastOwners(engine());
    rules = new Rules(lastOwners, new CutOffCopies(engine(), majority, lastOwners, pages));
    registry.registerExtension(CacheTopologyValidatorProvider.class, majority);
  }

  @Override
  @SuppressWarnings("rawtypes") // As Ignite declares it.
  public @Nullable CachePluginProvider<?> createCacheProvider(CachePluginContext context) {
    return null;
  }

  @Override
  public void start(PluginContext context) {
    Rules rules = rules();
    rules.cutOff().listen();
    IncompleteCopies incomplete = new IncompleteCopies(rules.lastOwners());
    engine()
        .context()
        .internalSubscriptionProcessor()
        .registerDatabaseListener(
            new DatabaseLifecycleListener() {
              /**
               * To be told of the first exchange, too: a node that joins while others come and go
               * may see some before Ignite says that it has started. There is none before this.
               */
              @Override
              public void beforeBinaryMemoryRestore(IgniteCacheDatabaseSharedManager disk) {
                var exchanges = engine().context().cache().context().exchange();
                exchanges.registerExchangeAwareComponent(rules.lastOwners());
                exchanges.registerExchangeAwareComponent(rules.cutOff());
                exchanges.registerExchangeAwareComponent(incomplete);
                ((GridCacheDatabaseSharedManager) disk).addCheckpointListener(incomplete);
              }
            });
  }

  @Override
  public void stop(boolean cancel) {}

  @Override
  public void onIgniteStart() {}

  @Override
  public void onIgniteStop(boolean cancel) {}

  /** Runs on each node of the cluster, for one that joins; and on that one. */
  @Override
  public @Nullable Serializable provideDiscoveryData(UUID nodeId) {
    return nodeId.equals(engine().context().localNodeId()) ? null : rules().cutOff().lost();
  }

  /** Runs on the node that joins. */
  @Override
  public void receiveDiscoveryData(UUID nodeId, Serializable data) {
    rules().cutOff().lostThere(data);
  }

  /** Runs on the oldest node of the cluster; what it refuses is told to the node that joins. */
  @Override
  public void validateNewNode(ClusterNode node, @Nullable Serializable data) {
    Optional<String> difference = traits.differenceTo(NodeTraits.of(node.attributes()));
    if (difference.isPresent()) {
      throw refusal(node, JoinRefusal.sentence(difference.get()));
    }
    if (!rules().lastOwners().mayJoin(String.valueOf(node.consistentId()))) {
      throw refusal(node, JoinRefusal.WAIT_OUTSIDE);
    }
  }

  private static PluginValidationException refusal(ClusterNode node, String sentence) {
    return new PluginValidationException(sentence, sentence, node.id());
  }

  @Override
  @Deprecated
  public void validateNewNode(ClusterNode node) {}
}
