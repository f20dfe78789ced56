package io.rekindle.node.cluster;

import java.util.Map;

/**
 * System properties that Ignite reads when its classes load; set before the first of them does.
 *
 * <p>JVM-wide, so the same for every engine of a process.
 */
final class IgniteProperties {
  /** Classes that may be deserialised besides the JDK's and Ignite's own; a class path resource. */
  private static final String ALLOWED_CLASSES = "io/rekindle/node/cluster/allowed-classes.txt";

  private static final Map<String, String> PROPERTIES =
      Map.ofEntries(
          // Thousands of lines of stacks, twice, when a disk is full already.
          Map.entry("IGNITE_DUMP_THREADS_ON_FAILURE", "false"),
          // Opens no connection that the configuration does not name.
          Map.entry("IGNITE_UPDATE_NOTIFIER", "false"),
          // Keys and values stay out of exceptions and diagnostics.
          Map.entry("IGNITE_TO_STRING_INCLUDE_SENSITIVE", "false"),
          // SYS.* would show every caller's query text to every other.
          Map.entry("IGNITE_SQL_DISABLE_SYSTEM_VIEWS", "true"),
          // MBeans can stop nodes and change configuration.
          Map.entry("IGNITE_MBEANS_DISABLED", "true"),
          Map.entry("IGNITE_MARSHALLER_WHITELIST", ALLOWED_CLASSES),
          // By default a node that is filled by others writes no log until it is full; killed
          // before that, it needs somebody to empty its folder.
          Map.entry("IGNITE_DISABLE_WAL_DURING_REBALANCING", "false"),
          // By default a node asks itself for what it has a copy of, also for one that is being
          // filled: what is missing there is fetched, what was deleted meanwhile is still seen.
          Map.entry("IGNITE_READ_LOAD_BALANCING", "false"),
          // The process's own shutdown hook stops the doors before the engine.
          Map.entry("IGNITE_NO_SHUTDOWN_HOOK", "true"),
          Map.entry("IGNITE_NO_ASCII", "true"),
          // Quiet would mean: print to standard output, past the logger.
          Map.entry("IGNITE_QUIET", "false"),
          Map.entry("IGNITE_PERFORMANCE_SUGGESTIONS_DISABLED", "true"));

  private IgniteProperties() {}

  static void set() {
    PROPERTIES.forEach(System::setProperty);
  }
}
