package io.rekindle.node.cluster;

import java.io.Serializable;
import java.util.UUID;
import org.apache.ignite.cluster.ClusterNode;
import org.apache.ignite.internal.IgniteEx;
import org.apache.ignite.internal.pagemem.wal.IgniteWriteAheadLogManager;
import org.apache.ignite.plugin.CachePluginContext;
import org.apache.ignite.plugin.CachePluginProvider;
import org.apache.ignite.plugin.ExtensionRegistry;
import org.apache.ignite.plugin.IgnitePlugin;
import org.apache.ignite.plugin.PluginConfiguration;
import org.apache.ignite.plugin.PluginContext;
import org.apache.ignite.plugin.PluginProvider;
import org.jspecify.annotations.Nullable;

/** Puts Rekindle's own components in the place of Ignite's: the write-ahead log. */
final class EnginePlugin implements PluginProvider<PluginConfiguration> {
  private static final IgnitePlugin NOTHING_TO_CALL = new IgnitePlugin() {};

  @Override
  public String name() {
    return "rekindle-engine";
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
    return (T) NOTHING_TO_CALL;
  }

  @Override
  public <T> @Nullable T createComponent(PluginContext context, Class<T> type) {
    return type == IgniteWriteAheadLogManager.class
        ? type.cast(new UnbrokenWal(((IgniteEx) context.grid()).context()))
        : null;
  }

  @Override
  public void initExtensions(PluginContext context, ExtensionRegistry registry) {}

  @Override
  @SuppressWarnings("rawtypes") // As Ignite declares it.
  public @Nullable CachePluginProvider<?> createCacheProvider(CachePluginContext context) {
    return null;
  }

  @Override
  public void start(PluginContext context) {}

  @Override
  public void stop(boolean cancel) {}

  @Override
  public void onIgniteStart() {}

  @Override
  public void onIgniteStop(boolean cancel) {}

  @Override
  public @Nullable Serializable provideDiscoveryData(UUID nodeId) {
    return null;
  }

  @Override
  public void receiveDiscoveryData(UUID nodeId, Serializable data) {}

  @Override
  @Deprecated
  public void validateNewNode(ClusterNode node) {}
}
