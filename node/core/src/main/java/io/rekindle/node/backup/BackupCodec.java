package io.rekindle.node.backup;

import io.rekindle.node.audit.AuditPosition;
import io.rekindle.node.audit.Hash;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.BackupName;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** The bytes of manifests and parts, and of what nodes tell each other about them. */
final class BackupCodec {
  private static final byte FORMAT = 1;

  /** Nodes, caches or files of one list. */
  private static final int COUNT_MAX = 10_000_000;

  private BackupCodec() {}

  /** Writes a body. */
  interface Writing {
    void write(DataOutputStream out) throws IOException;
  }

  /** Reads a body. */
  interface Reading<T> {
    T read(DataInputStream in) throws IOException;
  }

  static byte[] bytes(Writing writing) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeByte(FORMAT);
      writing.write(out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /**
   * All of a body.
   *
   * @throws RekindleException DATA_CORRUPTED for anything else
   */
  static <T> T read(byte[] bytes, Reading<T> reading) {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      if (in.readByte() != FORMAT) {
        throw new IOException("another format");
      }
      T value = reading.read(in);
      if (in.read() >= 0) {
        throw new IOException("more follows");
      }
      return value;
    } catch (IOException | RuntimeException e) {
      throw new RekindleException(
          ErrorCode.DATA_CORRUPTED, "a part of a backup can't be read", Map.of(), e);
    }
  }

  static byte[] bytesOf(BackupManifest manifest) {
    return bytes(
        out -> {
          out.writeUTF(manifest.name().toString());
          write(out, manifest.id());
          write(out, manifest.clusterId());
          Instant created = manifest.createdAt();
          out.writeLong(created.getEpochSecond());
          out.writeInt(created.getNano());
          out.writeInt(manifest.partitions());
          out.writeInt(manifest.caches().size());
          for (String cache : manifest.caches()) {
            out.writeUTF(cache);
          }
          out.writeInt(manifest.nodes().size());
          for (BackupManifest.Node node : manifest.nodes()) {
            write(out, node);
          }
        });
  }

  static BackupManifest manifest(byte[] bytes) {
    return read(
        bytes,
        in -> {
          BackupName name = BackupName.of(in.readUTF());
          UUID id = uuid(in);
          UUID cluster = uuid(in);
          Instant created = Instant.ofEpochSecond(in.readLong(), in.readInt());
          int partitions = in.readInt();
          List<String> caches = list(in, each -> each.readUTF());
          List<BackupManifest.Node> nodes = list(in, BackupCodec::node);
          return new BackupManifest(name, id, cluster, created, partitions, caches, nodes);
        });
  }

  static byte[] bytesOf(NodePart part) {
    return bytes(
        out -> {
          out.writeUTF(part.nodeId());
          out.writeInt(part.files().size());
          for (BackupFile file : part.files()) {
            out.writeUTF(file.path());
            out.writeLong(file.bytes());
            out.write(file.sha256().toBytes());
          }
        });
  }

  static NodePart part(byte[] bytes) {
    return read(
        bytes,
        in ->
            new NodePart(
                in.readUTF(),
                list(in, each -> new BackupFile(each.readUTF(), each.readLong(), hash(each)))));
  }

  static void write(DataOutputStream out, BackupManifest.Node node) throws IOException {
    out.writeUTF(node.nodeId());
    out.writeInt(node.files());
    out.writeLong(node.bytes());
    out.write(node.part().toBytes());
    write(out, node.audit());
  }

  static BackupManifest.Node node(DataInputStream in) throws IOException {
    return new BackupManifest.Node(
        in.readUTF(), in.readInt(), in.readLong(), hash(in), position(in));
  }

  static void write(DataOutputStream out, AuditPosition position) throws IOException {
    out.writeLong(position.sequence());
    out.write(position.hash().toBytes());
  }

  static AuditPosition position(DataInputStream in) throws IOException {
    return new AuditPosition(in.readLong(), hash(in));
  }

  static void write(DataOutputStream out, UUID id) throws IOException {
    out.writeLong(id.getMostSignificantBits());
    out.writeLong(id.getLeastSignificantBits());
  }

  static UUID uuid(DataInputStream in) throws IOException {
    return new UUID(in.readLong(), in.readLong());
  }

  static <T> List<T> list(DataInputStream in, Reading<T> reading) throws IOException {
    int count = in.readInt();
    if (count < 0 || count > COUNT_MAX) {
      throw new IOException("a list of impossible length");
    }
    List<T> list = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      list.add(reading.read(in));
    }
    return list;
  }

  private static Hash hash(DataInputStream in) throws IOException {
    return Hash.of(in.readNBytes(Hash.BYTES));
  }
}
