package io.rekindle.cli.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;

/** What the disk does by itself: 4 KiB appended and forced, which no store can beat. */
final class BareDisk {
  private static final int BYTES = 4096;

  private BareDisk() {}

  static Load.Measured measure(Path folder, boolean force, Duration time)
      throws InterruptedException, IOException {
    Path file = folder.resolve("bare-disk");
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.DELETE_ON_CLOSE)) {
      ByteBuffer block = ByteBuffer.allocateDirect(BYTES);
      return Load.run(
          1,
          time,
          (_, number) -> {
            // Within 64 MiB, so that a fast disk is not filled.
            channel.write(block.rewind(), (long) (number % 16_384) * BYTES);
            if (force) {
              channel.force(false);
            }
          });
    }
  }
}
