package io.rekindle.node.audit;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * A file of the file system. Not a {@code FileChannel}: an interrupt of the thread that happens to
 * write for all others would close the channel under them.
 */
final class DiskTailFile implements TailFile {
  private final RandomAccessFile file;

  private DiskTailFile(RandomAccessFile file) {
    this.file = file;
  }

  static TailFile create(Path path) throws IOException {
    Files.createFile(
        path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    return new DiskTailFile(new RandomAccessFile(path.toFile(), "rw"));
  }

  @Override
  public void write(byte[] bytes) throws IOException {
    file.write(bytes);
  }

  @Override
  public void sync() throws IOException {
    file.getFD().sync();
  }

  @Override
  public void truncate(long size) throws IOException {
    file.setLength(size);
    file.seek(size);
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
