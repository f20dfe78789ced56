package io.rekindle.node.config;

import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * Who wraps the cluster key, and the keys of tenants that have their own: the keys {@code
 * rekindle.keys.*} of {@link NodeConfig}.
 */
public interface KeysConfig extends CustomerKeyConfig {
  /** The wrapped cluster key; worthless without the provider. */
  @WithDefault("keys/cluster.key")
  Path clusterKeyFile();

  /**
   * How long a node may go on with what a customer's key has unwrapped before that has to unwrap it
   * once more.
   */
  @WithDefault("PT1M")
  Duration lease();

  /** As long as a customer's key is out of reach, and nobody refused it. */
  @WithDefault("PT1H")
  Duration grace();

  /** How old the wrapping of a key may get before it is named as due; nothing rotates by itself. */
  @WithDefault("P90D")
  Duration rotateAfter();

  /** Root namespaces with keys of their own that a cluster may have; each is asked in its lease. */
  @WithDefault("1000")
  int tenantsMax();

  /** Which of {@link #tenants()} wraps the keys of a new root namespace that names none. */
  Optional<String> tenantDefault();

  /** The customers' keys that root namespaces may name; {@code local} is none. */
  Map<String, CustomerKeyConfig> tenants();
}
