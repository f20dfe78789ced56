package io.rekindle.node.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.node.error.StartRefusedException;
import java.io.IOException;
import java.nio.file.Path;
import javax.cache.CacheException;
import org.apache.ignite.internal.processors.cache.persistence.StorageException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DamagedPartitionsTest {
  private static final String FILE = "/data/ignite/db/node/cacheGroup-slices/part-321.bin";
  @TempDir Path folder;

  @Test
  void aPartitionIsRememberedOnceForTheNextStart() {
    try (EngineFolders folders = EngineFolders.open(folder)) {
      DamagedPartitions damaged = DamagedPartitions.in(folders);
      assertThat(damaged.of("slices")).isEmpty();
      assertThat(damaged.note(new CacheException(damage()))).isEqualTo("slices 321");
      assertThat(damaged.note(damage())).isEqualTo("slices 321");
      assertThat(DamagedPartitions.in(folders).of("slices")).containsExactly(321);
      assertThat(folders.ignite().resolve("damaged-partitions")).hasContent("slices 321");
      assertThat(damaged.of("registry")).isEmpty();
    }
  }

  @Test
  void otherFailuresAreNotDamage() {
    try (EngineFolders folders = EngineFolders.open(folder)) {
      DamagedPartitions damaged = DamagedPartitions.in(folders);
      for (Throwable other :
          new Throwable[] {
            new StorageException("Failed to write buffer.", new IOException("No space left")),
            new StorageException("Failed to read page [file=/db/index.bin, pageId=1]"),
            new IllegalStateException("Failed to read page [file=" + FILE + ", pageId=1]"),
          }) {
        assertThat(damaged.note(other)).isNull();
        assertThat(DamagedPartitions.isBehind(other)).isFalse();
      }
      assertThat(damaged.note(null)).isNull();
      assertThat(damaged.of("slices")).isEmpty();
    }
  }

  @Test
  void aStartThatMeetsDamageIsRefusedInASentence() {
    IllegalStateException other = new IllegalStateException("other");
    assertThat(DamagedPartitions.refusalOf(other)).isSameAs(other);
    assertThat(DamagedPartitions.refusalOf(new IllegalStateException(damage())))
        .isInstanceOf(StartRefusedException.class)
        .hasMessage(
            "A page of the file "
                + FILE
                + " is damaged, which every start reads; put the file"
                + " back.");
  }

  private static StorageException damage() {
    return new StorageException(
        "Failed to read page [file=" + FILE + ", pageId=1127278591344660]",
        new IOException("Content of encrypted page is broken."));
  }
}
