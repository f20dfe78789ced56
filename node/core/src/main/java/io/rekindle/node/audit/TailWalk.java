package io.rekindle.node.audit;

import java.io.IOException;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Reads the frames between two places of the tail, over all its files. Whoever walks keeps files
 * from being deleted meanwhile. Not thread-safe.
 */
final class TailWalk implements AutoCloseable {
  private final TailFolder folder;
  private final UUID chain;
  private final BlockCipher cipher;
  private final TailPosition until;
  private TailPosition after;
  private @Nullable TailFileReader reader;

  TailWalk(
      TailFolder folder, UUID chain, BlockCipher cipher, TailPosition after, TailPosition until) {
    this.folder = folder;
    this.chain = chain;
    this.cipher = cipher;
    this.after = after;
    this.until = until;
  }

  @Nullable TailFrame next() throws IOException {
    while (true) {
      if (reader == null && !openNext()) {
        return null;
      }
      @Nullable TailFrame frame = reader == null ? null : reader.next();
      if (frame != null) {
        return frame;
      }
      close();
      after = new TailPosition(after.file() + 1, 0, 0);
    }
  }

  private boolean openNext() throws IOException {
    Map.@Nullable Entry<Long, Long> file = folder.sizes().ceilingEntry(after.file());
    if (file == null || file.getKey() > until.file()) {
      return false;
    }
    long number = file.getKey();
    if (number > after.file()) {
      after = new TailPosition(number, 0, 0);
    }
    long limit = number == until.file() ? until.end() : file.getValue();
    reader = new TailFileReader(folder.path(number), chain, cipher, after, limit);
    return true;
  }

  @Override
  public void close() throws IOException {
    if (reader != null) {
      reader.close();
      reader = null;
    }
  }
}
