package io.rekindle.chaos.cluster;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What to start.
 *
 * @param nodes how many
 * @param backups copies of a partition besides the primary one
 * @param settings such as {@code rekindle.durability=power}, for every node
 */
public record ClusterSpec(int nodes, int backups, List<String> settings) {
  /**
   * Small logs, and everything that is written now and then written often: a run of a minute meets
   * checkpoints, snapshots of vectors and files of words.
   */
  private static final List<String> BUSY =
      List.of(
          "rekindle.ignite.wal-segment=2MiB",
          "rekindle.ignite.wal-archive-max=16MiB",
          "rekindle.ignite.checkpoint-interval=PT5S",
          "rekindle.ignite.data-region-max=256MiB",
          "rekindle.disk.reserve-bytes=32MiB",
          "rekindle.index.codes-from=100",
          "rekindle.index.lists-from=200",
          "rekindle.index.snapshot-from=20",
          "rekindle.index.snapshot-interval=PT3S",
          "rekindle.index.words-files-from=10",
          "rekindle.index.words-files-interval=PT3S",
          "rekindle.maintenance.sweep-interval=PT2S",
          "rekindle.audit.heartbeat=PT1S");

  public ClusterSpec {
    settings = List.copyOf(settings);
  }

  public static ClusterSpec of(int nodes, int backups) {
    return new ClusterSpec(nodes, backups, BUSY);
  }

  /** With other settings, in the place of those of the same keys. */
  public ClusterSpec with(String... more) {
    Set<String> keys = Stream.of(more).map(ClusterSpec::keyOf).collect(Collectors.toSet());
    return new ClusterSpec(
        nodes,
        backups,
        Stream.concat(
                settings.stream().filter(setting -> !keys.contains(keyOf(setting))),
                Stream.of(more))
            .toList());
  }

  private static String keyOf(String setting) {
    return setting.substring(0, setting.indexOf('='));
  }
}
