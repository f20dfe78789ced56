package io.rekindle.node.cluster;

import java.io.File;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.nio.channels.FileChannel;
import java.nio.file.OpenOption;
import org.apache.ignite.internal.processors.cache.persistence.file.FileIO;
import org.apache.ignite.internal.processors.cache.persistence.file.FileIOFactory;
import org.apache.ignite.internal.processors.cache.persistence.file.RandomAccessFileIO;

/**
 * The engine's files, read and written by the thread that asks.
 *
 * <p>Ignite's default hands each page to a thread of its own and waits for that, as a file channel
 * is closed when a thread is interrupted in it, and the log and checkpoints do not bear that. Two
 * changes of threads cost a page of 4 KiB ten times what it takes to read it. So channels are told
 * not to mind interrupts, which is a method of theirs that only the JDK may call, but for the
 * package that Ignite has to have opened anyway.
 */
final class UninterruptibleFiles implements FileIOFactory {
  private static final long serialVersionUID = 1;
  private static final Field CHANNEL;
  private static final Method SET_UNINTERRUPTIBLE;

  static {
    try {
      CHANNEL = RandomAccessFileIO.class.getDeclaredField("ch");
      CHANNEL.setAccessible(true);
      SET_UNINTERRUPTIBLE =
          Class.forName("sun.nio.ch.FileChannelImpl").getMethod("setUninterruptible");
      SET_UNINTERRUPTIBLE.setAccessible(true);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  @Override
  public FileIO create(File file, OpenOption... modes) throws IOException {
    RandomAccessFileIO io = new RandomAccessFileIO(file, modes);
    try {
      SET_UNINTERRUPTIBLE.invoke((FileChannel) CHANNEL.get(io));
    } catch (ReflectiveOperationException e) {
      io.close();
      throw new IOException("a file of the engine would be closed by an interrupt", e);
    }
    return io;
  }
}
