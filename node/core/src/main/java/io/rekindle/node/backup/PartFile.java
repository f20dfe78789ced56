package io.rekindle.node.backup;

import static io.rekindle.node.backup.BackupFolder.damaged;

import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.BackupName;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/**
 * The bytes of the list of a node's files: {@code RKBP}, format byte 2, then the list, sealed under
 * a key of its own for this backup and node.
 *
 * <p>In format 1 the backup key itself sealed it, and nothing stands before: it begins with 24
 * random bytes, and with those five once in 2^40 times.
 */
final class PartFile {
  private static final int MAGIC = 0x524b4250;
  private static final byte FORMAT = 2;
  private static final int HEAD_BYTES = 5;

  private PartFile() {}

  /** The bytes of a new one. */
  static byte[] seal(NodePart part, BackupName name, UUID id, ManifestCipher cipher) {
    byte[] sealed = cipher.seal(BackupCodec.bytesOf(part), place(FORMAT, name, id, part.nodeId()));
    return ByteBuffer.allocate(HEAD_BYTES + sealed.length)
        .putInt(MAGIC)
        .put(FORMAT)
        .put(sealed)
        .array();
  }

  /**
   * The list.
   *
   * @throws RekindleException DATA_CORRUPTED when it was altered, or is another node's or backup's
   */
  static NodePart open(
      byte[] bytes, BackupManifest manifest, String nodeId, ManifestCipher cipher) {
    BackupName name = manifest.name();
    UUID id = manifest.id();
    ByteBuffer in = ByteBuffer.wrap(bytes);
    if (in.remaining() < HEAD_BYTES || in.getInt() != MAGIC) {
      return BackupCodec.part(cipher.openDirect(bytes, place((byte) 1, name, id, nodeId)));
    }
    if (in.get() != FORMAT) {
      throw damaged("the list of a node's files was written by a newer release", null);
    }
    byte[] sealed = new byte[in.remaining()];
    in.get(sealed);
    return BackupCodec.part(cipher.open(sealed, place(FORMAT, name, id, nodeId)));
  }

  private static byte[] place(byte format, BackupName name, UUID id, String nodeId) {
    return ("rekindle backup part " + format + ' ' + name + ' ' + id + ' ' + nodeId)
        .getBytes(StandardCharsets.UTF_8);
  }
}
