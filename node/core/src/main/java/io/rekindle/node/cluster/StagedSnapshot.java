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
 * A snapshot as Ignite is to see it when it restores: a copy of the files of a backup, two kinds of
 * which are changed in it. The descriptions of the caches get the new cluster's number of copies,
 * and the descriptions of the parts name no SQL indexes, which a backup does not have.
 */
public final class StagedSnapshot {
  private StagedSnapshot() {}

  static {
    IgniteProperties.set();
  }

  /**
   * Changes a copy, whose files were checked: they are deserialised.
   *
   * @param copy the folder of a snapshot, by its name
   * @param backups copies of each partition besides the first
   * @throws IOException when it can't be written to
   */
  public static void adapt(Path copy, int backups) throws IOException {
    try (Stream<Path> files = Files.walk(copy)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String name = file.getFileName().toString();
        if (name.endsWith(FilePageStoreManager.CACHE_DATA_FILENAME)) {
          write(withBackups(read(file, StoredCacheData.class), backups), file);
        } else if (name.endsWith(IgniteSnapshotManager.SNAPSHOT_METAFILE_EXT)) {
          write(withoutIndexes(read(file, SnapshotMetadata.class)), file);
        }
      }
    }
    // Ignite wants it, also when it is empty, as ours is.
    Files.createDirectories(copy.resolve(DataStorageConfiguration.DFLT_MARSHALLER_PATH));
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
