package io.rekindle.node.cluster;

import io.rekindle.node.error.StartRefusedException;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.ignite.IgniteCheckedException;
import org.apache.ignite.cache.CacheMode;
import org.apache.ignite.configuration.CacheConfiguration;
import org.apache.ignite.configuration.DataStorageConfiguration;
import org.apache.ignite.internal.pagemem.PageIdAllocator;
import org.apache.ignite.internal.processors.cache.StoredCacheData;
import org.apache.ignite.internal.processors.cache.persistence.file.FilePageStoreManager;
import org.apache.ignite.internal.processors.cache.persistence.snapshot.IgniteSnapshotManager;
import org.apache.ignite.internal.processors.cache.persistence.snapshot.SnapshotMetadata;
import org.apache.ignite.marshaller.MarshallerUtils;
import org.apache.ignite.marshaller.jdk.JdkMarshaller;

/**
 * A snapshot as Ignite is to see it when it restores: links to the files of a backup, which stay
 * untouched, and in place of two kinds of them a changed copy. The descriptions of the caches get
 * the new cluster's number of copies, and the descriptions of the parts name no SQL indexes, which
 * a backup does not have.
 */
public final class StagedSnapshot {
  private static final int DEPTH_MAX = 8;

  private StagedSnapshot() {}

  static {
    IgniteProperties.set();
  }

  /**
   * Makes one; what was there of an earlier try must be gone.
   *
   * @param backup the folder of a backup
   * @param staging where the snapshot is to appear, by its name
   * @param backups copies of each partition besides the first
   */
  public static void make(Path backup, String name, Path staging, int backups) {
    Path to = staging.resolve(name);
    try (Stream<Path> files = Files.walk(backup, DEPTH_MAX)) {
      Files.createDirectories(staging);
      for (Path file : files.toList()) {
        Path copy = to.resolve(backup.relativize(file).toString());
        String fileName = file.getFileName().toString();
        if (Files.isDirectory(file)) {
          Files.createDirectories(copy);
        } else if (fileName.endsWith(FilePageStoreManager.CACHE_DATA_FILENAME)) {
          write(withBackups(read(file, StoredCacheData.class), backups), copy);
        } else if (fileName.endsWith(IgniteSnapshotManager.SNAPSHOT_METAFILE_EXT)) {
          write(withoutIndexes(read(file, SnapshotMetadata.class)), copy);
        } else {
          Files.createSymbolicLink(copy, file.toAbsolutePath());
        }
      }
      // Ignite wants it, also when it is empty, as ours is; a copied backup may lack it.
      Files.createDirectories(to.resolve(DataStorageConfiguration.DFLT_MARSHALLER_PATH));
    } catch (IOException e) {
      throw new StartRefusedException("The folder " + staging + " cannot be written to.", e);
    }
  }

  private static StoredCacheData withBackups(StoredCacheData data, int backups) {
    CacheConfiguration<?, ?> cache = data.config();
    if (cache.getCacheMode() == CacheMode.PARTITIONED) {
      cache.setBackups(backups);
    }
    return data;
  }

  private static SnapshotMetadata withoutIndexes(SnapshotMetadata meta) {
    meta.partitions()
        .values()
        .forEach(partitions -> partitions.remove(PageIdAllocator.INDEX_PARTITION));
    return meta;
  }

  private static <T> T read(Path file, Class<T> type) {
    ClassLoader loader = StagedSnapshot.class.getClassLoader();
    try (InputStream bytes = new BufferedInputStream(Files.newInputStream(file))) {
      return type.cast(marshaller(loader).<Object>unmarshal(bytes, loader));
    } catch (IgniteCheckedException | IOException | ClassCastException e) {
      throw new StartRefusedException("The file " + file + " of the backup is damaged.", e);
    }
  }

  private static void write(Object object, Path file) throws IOException {
    ClassLoader loader = StagedSnapshot.class.getClassLoader();
    try (OutputStream bytes = new BufferedOutputStream(Files.newOutputStream(file))) {
      marshaller(loader).marshal(object, bytes);
    } catch (IgniteCheckedException e) {
      throw new IOException(e);
    }
  }

  private static JdkMarshaller marshaller(ClassLoader loader) throws IgniteCheckedException {
    return new JdkMarshaller(MarshallerUtils.classNameFilter(loader));
  }

  /** What a snapshot has besides data, by the names that Ignite gives it: all of it is derived. */
  public static boolean isDerived(Path file) {
    String name = file.getFileName().toString();
    return name.equals(FilePageStoreManager.INDEX_FILE_NAME)
        || List.of(file.toString().split("/")).contains("metastorage");
  }
}
