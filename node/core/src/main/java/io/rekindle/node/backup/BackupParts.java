package io.rekindle.node.backup;

import static java.util.Objects.requireNonNull;

import io.rekindle.node.audit.AuditLog;
import io.rekindle.node.audit.Hash;
import io.rekindle.node.cluster.AllNodes;
import io.rekindle.node.cluster.StagedSnapshot;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.kms.SecretFiles;
import io.rekindle.node.model.BackupName;
import io.rekindle.node.model.RequestId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * What a node does for a backup, asked by the one that makes it: puts its audit into blocks, moves
 * its part of the snapshot into the folder of backups and lists it, and later checks or deletes it.
 */
public final class BackupParts {
  static final String BEGIN = "backup.begin";
  static final String WRITE = "backup.write";
  static final String FINISH = "backup.finish";
  static final String CHECK = "backup.check";
  static final String DISCARD = "backup.discard";
  static final String DELETE = "backup.delete";

  /** In the audit, from each node that has written or deleted its part. */
  static final String CREATED = "backup.created";

  static final String DELETED = "backup.deleted";

  private final String nodeId;
  private final Path snapshots;
  private final Path backups;
  private final AuditLog audit;
  private final ManifestCipher cipher;
  private final Room room;

  /** Backups that are being made, by the id of the one that does. */
  private final Map<BackupName, UUID> making = new ConcurrentHashMap<>();

  /** Whether there is room for one more. */
  public interface Room {
    /**
     * Looks now.
     *
     * @throws RekindleException DISK_RESERVE_REACHED when there is not
     */
    void check();
  }

  /**
   * Of this node.
   *
   * @param snapshots where Ignite writes
   * @param backups where backups are kept; made when the first is
   */
  public BackupParts(
      String nodeId,
      Path snapshots,
      Path backups,
      AuditLog audit,
      ManifestCipher cipher,
      Room room) {
    this.nodeId = nodeId;
    this.snapshots = snapshots;
    this.backups = backups;
    this.audit = audit;
    this.cipher = cipher;
    this.room = room;
  }

  /** Lets other nodes ask. */
  public void register(AllNodes nodes) {
    nodes.register(BEGIN, this::begin);
    nodes.register(WRITE, this::write);
    nodes.register(FINISH, this::finish);
    nodes.register(CHECK, this::check);
    nodes.register(DISCARD, this::discard);
    nodes.register(DELETE, this::delete);
  }

  BackupFolder folder(BackupName name) {
    return new BackupFolder(backups.resolve(name.toString()));
  }

  /** The names of all folders that could be backups. */
  List<BackupName> names() {
    if (!Files.isDirectory(backups)) {
      return List.of();
    }
    try (Stream<Path> folders = Files.list(backups)) {
      return folders
          .filter(folder -> Files.isDirectory(folder) || Files.isSymbolicLink(folder))
          .map(folder -> folder.getFileName().toString())
          .filter(BackupName::isOne)
          .map(BackupName::of)
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Which backup, and by whom it is made. */
  private record Making(BackupName name, UUID id) {
    static Making of(byte[] body) {
      return BackupCodec.read(
          body, in -> new Making(BackupName.of(in.readUTF()), BackupCodec.uuid(in)));
    }
  }

  /**
   * Asks for what {@link #begin}, {@link #write}, {@link #discard} and {@link #delete} do.
   *
   * @param id of the request
   */
  static byte[] request(BackupName name, UUID id) {
    return BackupCodec.bytes(
        out -> {
          out.writeUTF(name.toString());
          BackupCodec.write(out, id);
        });
  }

  /** Refuses a name that is taken here; answers how far the audit is in blocks. */
  private byte[] begin(byte[] body) {
    Making begun = Making.of(body);
    if (Files.exists(folder(begun.name()).path(), LinkOption.NOFOLLOW_LINKS)
        || making.putIfAbsent(begun.name(), begun.id()) != null) {
      throw new RekindleException(
          ErrorCode.BACKUP_EXISTS,
          "a backup of this name is there, or is being made",
          Map.of("field", "name", "node", nodeId));
    }
    room.check();
    return BackupCodec.bytes(out -> BackupCodec.write(out, audit.flush()));
  }

  private void requireMaking(BackupName name, UUID id) {
    if (!id.equals(making.get(name))) {
      throw new RekindleException(
          ErrorCode.BACKUP_FAILED, "the backup was deleted while it was made", Map.of());
    }
  }

  /** What a node answers: its list's hash, its files and bytes. */
  record Written(Hash part, int files, long bytes) {
    static Written of(byte[] answer) {
      return BackupCodec.read(
          answer,
          in -> new Written(Hash.of(in.readNBytes(Hash.BYTES)), in.readInt(), in.readLong()));
    }
  }

  private byte[] write(byte[] body) {
    Making request = Making.of(body);
    BackupName name = request.name();
    requireMaking(name, request.id());
    try {
      NodePart part = new NodePart(nodeId, moved(name));
      Hash hash = folder(name).writePart(part, name, request.id(), cipher);
      return BackupCodec.bytes(
          out -> {
            out.write(hash.toBytes());
            out.writeInt(part.files().size());
            out.writeLong(part.bytes());
          });
    } catch (IOException e) {
      throw BackupFolder.notWritten(e);
    }
  }

  private List<BackupFile> moved(BackupName name) throws IOException {
    Path from = snapshots.resolve(name.toString());
    Path to = folder(name).path();
    SecretFiles.createFolder(to);
    if (!BackupFolder.isFolder(to)) {
      throw new NotDirectoryException(to.toString());
    }
    List<BackupFile> files = new ArrayList<>();
    Set<Path> folders = new LinkedHashSet<>();
    for (String relative : new BackupFolder(from).entries().files()) {
      Path file = from.resolve(relative);
      if (!StagedSnapshot.isDerived(Path.of(relative))) {
        Path target = to.resolve(relative);
        Path parent = requireNonNull(target.getParent());
        SecretFiles.createFolder(parent);
        // Another disk may be behind the folder; then this copies.
        Files.move(file, target, StandardCopyOption.REPLACE_EXISTING);
        BackupFolder.force(target);
        folders.add(parent);
        files.add(new BackupFile(relative, Files.size(target), BackupFolder.sha256(target)));
      }
    }
    for (Path folder : folders) {
      BackupFolder.force(folder);
    }
    new BackupFolder(from).delete();
    return files;
  }

  /** Asks for what {@link #finish} does. */
  static byte[] finishRequest(BackupName name, UUID id, byte[] manifest) {
    return BackupCodec.bytes(
        out -> {
          out.writeUTF(name.toString());
          BackupCodec.write(out, id);
          out.writeInt(manifest.length);
          out.write(manifest);
        });
  }

  private byte[] finish(byte[] body) {
    return BackupCodec.read(
        body,
        in -> {
          BackupName name = BackupName.of(in.readUTF());
          UUID id = BackupCodec.uuid(in);
          requireMaking(name, id);
          folder(name).writeManifest(in.readNBytes(in.readInt()));
          making.remove(name);
          note(CREATED, name, id);
          return new byte[0];
        });
  }

  /** Ends one that failed; what another one of the same name has is left alone. */
  private byte[] discard(byte[] body) {
    Making failed = Making.of(body);
    if (failed.id().equals(making.get(failed.name()))) {
      deleteFiles(failed.name());
      making.remove(failed.name());
    }
    return new byte[0];
  }

  static byte[] nameRequest(BackupName name) {
    return BackupCodec.bytes(out -> out.writeUTF(name.toString()));
  }

  static List<String> texts(byte[] answer) {
    return BackupCodec.read(answer, in -> BackupCodec.list(in, each -> each.readUTF()));
  }

  private byte[] check(byte[] body) {
    BackupName name = BackupCodec.read(body, in -> BackupName.of(in.readUTF()));
    List<String> problems = problems(name);
    return BackupCodec.bytes(
        out -> {
          out.writeInt(problems.size());
          for (String problem : problems) {
            out.writeUTF(problem);
          }
        });
  }

  private List<String> problems(BackupName name) {
    BackupFolder folder = folder(name);
    return Files.exists(folder.path(), LinkOption.NOFOLLOW_LINKS)
        ? BackupCheck.problems(folder, cipher, name, nodeId)
        : List.of("the folder of the backup is missing");
  }

  /** One that is being made fails by it. */
  private byte[] delete(byte[] body) {
    Making deleted = Making.of(body);
    making.remove(deleted.name());
    deleteFiles(deleted.name());
    note(DELETED, deleted.name(), deleted.id());
    return new byte[0];
  }

  /** Which one it was: the records of the request itself have no place for it. */
  private void note(String action, BackupName name, UUID request) {
    audit.note(new RequestId(request), action, 1, "backup " + name);
  }

  private void deleteFiles(BackupName name) {
    folder(name).delete();
    new BackupFolder(snapshots.resolve(name.toString())).delete();
  }
}
