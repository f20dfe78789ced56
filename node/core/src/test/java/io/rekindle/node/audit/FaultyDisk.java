package io.rekindle.node.audit;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Real files on a disk that fills up, refuses to sync or refuses to cut, when told to. It only
 * counts syncs: no test can pull the plug.
 */
final class FaultyDisk implements TailFile.Maker {
  long bytesLeft = Long.MAX_VALUE;
  boolean failSync;
  boolean failTruncate;
  int syncs;
  int writes;

  @Override
  public TailFile create(Path path) throws IOException {
    TailFile real = DiskTailFile.create(path);
    return new TailFile() {
      @Override
      public void write(byte[] bytes) throws IOException {
        writes++;
        if (bytes.length > bytesLeft) {
          real.write(Arrays.copyOf(bytes, (int) bytesLeft));
          bytesLeft = 0;
          throw new IOException("no space left on device");
        }
        bytesLeft -= bytes.length;
        real.write(bytes);
      }

      @Override
      public void sync() throws IOException {
        syncs++;
        if (failSync) {
          throw new IOException("input/output error");
        }
      }

      @Override
      public void truncate(long size) throws IOException {
        if (failTruncate) {
          throw new IOException("input/output error");
        }
        real.truncate(size);
      }

      @Override
      public void close() throws IOException {
        real.close();
      }
    };
  }
}
