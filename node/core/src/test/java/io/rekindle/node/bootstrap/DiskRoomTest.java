package io.rekindle.node.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.rekindle.node.cluster.EngineFolders;
import io.rekindle.node.config.NodeConfig;
import io.rekindle.node.config.NodeConfigLoader;
import io.rekindle.node.error.StartRefusedException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The room that Ignite's log has yet to take is not there for anybody else. */
class DiskRoomTest {
  private static final long MEBIBYTE = 1 << 20;

  /** 3 segments of 2 MiB, and 16 MiB of archive. */
  private static final long LOG_BYTES_MAX = 22 * MEBIBYTE;

  private static final long START_BYTES = 4 * MEBIBYTE;

  private final AtomicLong free = new AtomicLong(100 * MEBIBYTE);
  private EngineFolders folders;
  private DiskRoom room;

  @BeforeEach
  void open(@TempDir Path parent) throws IOException {
    folders = EngineFolders.open(parent.resolve("data"));
    NodeConfig config =
        NodeConfigLoader.load(
            folders.dataFolder(),
            Map.of(
                "rekindle.ignite.wal-segment", "2MiB",
                "rekindle.ignite.wal-segments", "3",
                "rekindle.ignite.wal-archive-max", "16MiB"));
    room = new DiskRoom(config, folders, free::get);
  }

  @AfterEach
  void close() {
    folders.close();
  }

  @Test
  void whatTheLogHasYetToTakeCountsAsTaken() {
    assertThat(room.getAsLong()).isEqualTo(100 * MEBIBYTE - LOG_BYTES_MAX);
  }

  @Test
  void whatTheLogHasTakenDoesNotCountTwice() throws IOException {
    grow(folders.wal(), 5 * MEBIBYTE);
    assertThat(room.getAsLong()).isEqualTo(105 * MEBIBYTE - LOG_BYTES_MAX);
    grow(folders.walArchive(), 6 * MEBIBYTE);
    assertThat(room.getAsLong()).isEqualTo(111 * MEBIBYTE - LOG_BYTES_MAX);
  }

  @Test
  void aLogOverItsBoundGivesNoRoomBack() throws IOException {
    grow(folders.walArchive(), LOG_BYTES_MAX + MEBIBYTE);
    assertThat(room.getAsLong()).isEqualTo(100 * MEBIBYTE);
  }

  @Test
  void theRoomThatIsMissingIsLessThanNone() {
    free.set(0);
    assertThat(room.getAsLong()).isEqualTo(-LOG_BYTES_MAX);
  }

  @Test
  void aStartNeedsRoomToReplayTheLogAndNoMore() {
    free.set(START_BYTES);
    assertThatCode(room::checkStart).doesNotThrowAnyException();
    free.set(START_BYTES - 1);
    assertThatExceptionOfType(StartRefusedException.class)
        .isThrownBy(room::checkStart)
        .withMessage(
            "The disk of the data folder "
                + folders.dataFolder()
                + " is full: 4194303 bytes are free, a start needs 4194304.");
  }

  /** As Ignite's folders are: one more below, named after the node; the file has a hole. */
  private static void grow(Path folder, long bytes) throws IOException {
    Path segment = Files.createDirectories(folder.resolve("node")).resolve("0001.wal");
    try (RandomAccessFile file = new RandomAccessFile(segment.toFile(), "rw")) {
      file.setLength(bytes);
    }
  }
}
