package io.rekindle.node.config;

import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** The slice indexes: the keys {@code rekindle.index.*} of {@link NodeConfig}. */
public interface IndexConfig {
  /** Of all slices together, off-heap; idle slices leave first. */
  @WithDefault("512MiB")
  @WithConverter(DataSizeConverter.class)
  DataSize memoryBytesMax();

  /** A slice that nobody searched for this long leaves RAM. */
  @WithDefault("PT10M")
  Duration idleAfter();

  /**
   * Whether other nodes load what this one has loaded, of what they have copies of; in three
   * quarters of their `memory-bytes-max` at most.
   */
  @WithDefault("true")
  boolean standby();

  /** The pause between messages that tell them, and between looks for slices that are gone. */
  @WithDefault("PT5S")
  Duration standbyInterval();

  /** How long a search waits for a slice that is being built. */
  @WithDefault("PT10S")
  Duration buildWaitMax();

  /** Vectors of a namespace from which a search for less than all goes by codes. */
  @WithDefault("10000")
  int codesFrom();

  /** Vectors of a namespace from which its codes are kept in lists; not below `codes-from`. */
  @WithDefault("50000")
  int listsFrom();

  /**
   * Vectors up to which those under a selective filter are judged, all of them, where that is less
   * work; 0 for never.
   */
  @WithDefault("20000")
  @Range(min = 0)
  int gatherMax();

  /** Vectors of a namespace up to which they are kept in float32, too; 0 for never. */
  @WithDefault("10000")
  @Range(min = 0)
  int floatsMax();

  /** Vectors of a namespace from which a sealed snapshot of them is left for the next start. */
  @WithDefault("50000")
  int snapshotFrom();

  /** The pause between writes of snapshots whose vectors changed. */
  @WithDefault("PT5M")
  Duration snapshotInterval();

  /** Snapshots are written anew, or deleted when not in use, after so long; rows make them anew. */
  @WithDefault("PT20H")
  Duration snapshotMaxAge();

  /** Of the words of all slices together, in memory, one at most half; idle ones leave first. */
  @WithDefault("256MiB")
  @WithConverter(DataSizeConverter.class)
  DataSize wordsBytesMax();

  /** The pause between looks for changes that no search has brought into the words. */
  @WithDefault("PT1S")
  Duration wordsRefreshInterval();

  /** Contents of a namespace from which its words are left on disk, sealed, for the next start. */
  @WithDefault("10000")
  int wordsFilesFrom();

  /** The pause between writes of words that changed. */
  @WithDefault("PT5M")
  Duration wordsFilesInterval();

  /** Files of words that are not in use are deleted after so long; a search makes them anew. */
  @WithDefault("PT20H")
  Duration wordsFilesMaxAge();

  /** How long words stay in memory, and count, that no content has any more. */
  @WithDefault("PT1H")
  Duration wordsCompactInterval();
}
