package io.rekindle.node.storage.slice;

import io.rekindle.node.error.RekindleException;
import io.rekindle.node.index.FileCipher;
import io.rekindle.node.index.SliceBuild;
import io.rekindle.node.model.SliceId;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Collection;
import java.util.function.Function;
import java.util.function.IntConsumer;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Files that spare a start from opening every vector of a large slice again: each a snapshot of its
 * index, sealed under a key of its own.
 *
 * <p>A snapshot is never trusted by its age. Whatever it has is compared with the rows when it is
 * loaded (see {@link SliceBuild}), so an old one costs time only, and is written anew when it would
 * cost much, or could keep what was deleted for too long. None is forced to disk: what a power loss
 * leaves of it does not open, and is thrown away.
 *
 * <p>{@link #load} may be called by many threads, {@link #keep} by one.
 */
final class SliceSnapshots {
  private static final Logger LOG = LoggerFactory.getLogger(SliceSnapshots.class);
  private static final String UNFINISHED = ".unfinished";

  /** Changes, as a part of the vectors, after which a snapshot spares too little. */
  private static final int CHANGED_PART = 20;

  private final SnapshotSettings settings;
  private final Function<SliceId, FileCipher> ciphers;

  SliceSnapshots(SnapshotSettings settings, Function<SliceId, FileCipher> ciphers) {
    this.settings = settings;
    this.ciphers = ciphers;
    try {
      Files.createDirectories(
          settings.folder(),
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    } catch (IOException e) {
      throw new UncheckedIOException("the folder of snapshots cannot be made", e);
    }
  }

  private Path file(SliceId slice) {
    return settings.folder().resolve(name(slice));
  }

  private static String name(SliceId slice) {
    return slice.value().toString();
  }

  /**
   * Loads the snapshot of a slice, if it has one that opens and fits; any other is deleted.
   *
   * @param progress told now and then how many memories were loaded
   * @return whether there was one
   * @throws RekindleException {@code INDEX_MEMORY_EXHAUSTED}
   */
  boolean load(SliceId slice, SliceBuild build, IntConsumer progress) {
    Path file = file(slice);
    if (!Files.exists(file)) {
      return false;
    }
    try (InputStream raw = Files.newInputStream(file);
        InputStream opened = ciphers.apply(slice).opening(raw, name(slice))) {
      if (build.load(opened, progress) > 0) {
        return true;
      }
    } catch (IOException e) {
      LOG.atWarn()
          .addKeyValue("slice", slice.value())
          .setCause(e)
          .log("the snapshot of a slice does not open; all of its vectors are read instead");
    }
    delete(slice);
    return false;
  }

  /**
   * Writes those that would spare little by now, or are old, and deletes those nobody keeps.
   *
   * @param gone whether this node has no copy of a slice any more
   */
  void keep(Collection<LiveSlice> slices, Predicate<SliceId> gone) {
    slices.stream().filter(slice -> slice.built().isDone()).forEach(this::keep);
    deleteOld(slices, gone);
  }

  private void keep(LiveSlice slice) {
    try {
      if (slice.index().vectors() < settings.from()) {
        delete(slice.id());
        return;
      }
      Path file = file(slice.id());
      boolean exists = Files.exists(file);
      long changes = slice.index().changes();
      long missed = changes - slice.changesKept();
      boolean mustGo = exists && missed > 0 && isOld(file);
      boolean sparesLittle = !exists || missed > slice.index().vectors() / CHANGED_PART;
      if ((mustGo || sparesLittle) && !write(slice, changes) && mustGo) {
        delete(slice.id());
      }
    } catch (IOException | RekindleException e) {
      LOG.atWarn()
          .addKeyValue("slice", slice.id().value())
          .setCause(e)
          .log("the snapshot of a slice could not be written");
    }
  }

  /** Whether it was written: there was room, and the slice was in use until the end. */
  private boolean write(LiveSlice slice, long changes) throws IOException {
    long room = settings.folder().toFile().getUsableSpace() - settings.diskReserveBytes();
    if (room < slice.index().bytes()) {
      return false;
    }
    Path file = file(slice.id());
    Path unfinished = file.resolveSibling(name(slice.id()) + UNFINISHED);
    try {
      boolean written;
      try (OutputStream raw = Files.newOutputStream(unfinished);
          OutputStream sealed = ciphers.apply(slice.id()).sealing(raw, name(slice.id()))) {
        written = slice.index().writeSnapshot(sealed);
      }
      if (written) {
        Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
        slice.keptUpTo(changes);
      }
      if (slice.isStale()) {
        // Its namespace may have been deleted meanwhile, and its file before this one came.
        delete(slice.id());
      }
      return written;
    } finally {
      Files.deleteIfExists(unfinished);
    }
  }

  private boolean isOld(Path file) throws IOException {
    return Files.getLastModifiedTime(file)
        .toInstant()
        .isBefore(Instant.now().minus(settings.maxAge()));
  }

  /** The snapshot of a slice that is no more, or too small to need one. */
  void delete(SliceId slice) {
    try {
      Files.deleteIfExists(file(slice));
    } catch (IOException e) {
      LOG.atWarn()
          .addKeyValue("slice", slice.value())
          .setCause(e)
          .log("a snapshot could not be deleted");
    }
  }

  /** Of slices that are not loaded nobody knows what was deleted since. */
  private void deleteOld(Collection<LiveSlice> slices, Predicate<SliceId> gone) {
    try (Stream<Path> files = Files.list(settings.folder())) {
      for (Path file : files.toList()) {
        String name = file.getFileName().toString();
        boolean loaded = slices.stream().anyMatch(slice -> name(slice.id()).equals(name));
        if (!loaded && (isOld(file) || SliceFiles.isOf(file, gone))) {
          Files.deleteIfExists(file);
        }
      }
    } catch (IOException e) {
      LOG.atWarn().setCause(e).log("old snapshots could not be deleted");
    }
  }
}
