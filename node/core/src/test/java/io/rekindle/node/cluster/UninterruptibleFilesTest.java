package io.rekindle.node.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Path;
import org.apache.ignite.internal.processors.cache.persistence.file.FileIO;
import org.apache.ignite.internal.processors.cache.persistence.file.FileIOFactory;
import org.apache.ignite.internal.processors.cache.persistence.file.RandomAccessFileIOFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UninterruptibleFilesTest {
  @TempDir Path folder;

  @AfterEach
  void forgetTheInterrupt() {
    Thread.interrupted();
  }

  private static byte writtenWhileInterrupted(FileIO io) throws IOException {
    Thread.currentThread().interrupt();
    io.writeFully(ByteBuffer.wrap(new byte[] {1, 2, 3}), 0);
    io.force();
    ByteBuffer read = ByteBuffer.allocate(3);
    io.readFully(read, 0);
    return read.get(2);
  }

  @Test
  void anInterruptClosesNoFileAndIsNotForgotten() throws IOException {
    try (FileIO io = new UninterruptibleFiles().create(folder.resolve("page").toFile())) {
      assertThat(writtenWhileInterrupted(io)).isEqualTo((byte) 3);
      assertThat(Thread.interrupted()).isTrue();
      assertThat(io.size()).isEqualTo(3);
    }
  }

  /** What it is for: without it the same file is closed, for every thread. */
  @Test
  void anOrdinaryFileIsClosed() throws IOException {
    FileIOFactory ordinary = new RandomAccessFileIOFactory();
    try (FileIO io = ordinary.create(folder.resolve("page").toFile())) {
      assertThatThrownBy(() -> writtenWhileInterrupted(io))
          .isInstanceOf(ClosedByInterruptException.class);
    }
  }
}
