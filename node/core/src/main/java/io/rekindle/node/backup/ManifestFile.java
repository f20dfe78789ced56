package io.rekindle.node.backup;

import static io.rekindle.node.backup.BackupFolder.damaged;

import io.rekindle.node.audit.Hash;
import io.rekindle.node.cluster.SliceCalls;
import io.rekindle.node.error.RekindleException;
import java.nio.ByteBuffer;

/**
 * The bytes of a manifest's file: {@code RKBM}, format byte 2, the length of the wrapped cluster
 * key (4 bytes) and that key as it lies in {@code keys/cluster.key}, then the rest, sealed under a
 * key of its own; in format 1, under the backup key itself. What stands before it is bound to the
 * rest. At most 16 MiB.
 */
public final class ManifestFile {
  /** What nodes could send each other when it was made; thousands of nodes fit. */
  static final int BYTES_MAX = SliceCalls.BODY_BYTES_MAX;

  private static final int MAGIC = 0x524b424d;
  private static final byte FORMAT = 2;
  private static final byte FORMAT_WITHOUT_KEY = 1;
  private static final int FORMAT_AT = 4;
  private static final int HEAD_BYTES = 9;
  private static final int KEY_BYTES_MAX = 16 << 10;

  private final byte[] bytes;
  private final int keyBytes;

  private ManifestFile(byte[] bytes, int keyBytes) {
    this.bytes = bytes;
    this.keyBytes = keyBytes;
  }

  /**
   * Reads what is in clear.
   *
   * @throws RekindleException DATA_CORRUPTED for what is no manifest of this or an earlier release
   */
  static ManifestFile of(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    if (in.remaining() < HEAD_BYTES || in.getInt() != MAGIC) {
      throw damaged("the manifest is none", null);
    }
    byte format = in.get();
    if (format < FORMAT_WITHOUT_KEY || format > FORMAT) {
      throw damaged("the manifest was written by a newer release", null);
    }
    int key = in.getInt();
    if (key < 0 || key > KEY_BYTES_MAX || key > in.remaining()) {
      throw damaged("the manifest does not open", null);
    }
    return new ManifestFile(bytes, key);
  }

  /** The bytes of a new one. */
  static byte[] seal(BackupManifest manifest, byte[] clusterKeyFile, ManifestCipher cipher) {
    byte[] clear =
        ByteBuffer.allocate(HEAD_BYTES + clusterKeyFile.length)
            .putInt(MAGIC)
            .put(FORMAT)
            .putInt(clusterKeyFile.length)
            .put(clusterKeyFile)
            .array();
    byte[] sealed = cipher.seal(BackupCodec.bytesOf(manifest), clear);
    return ByteBuffer.allocate(clear.length + sealed.length).put(clear).put(sealed).array();
  }

  /** SHA-256 of all of it. */
  public Hash hash() {
    return BackupFolder.sha256(bytes);
  }

  /** The wrapped cluster key, as in its file; it is worth nothing without the customer's. */
  public byte[] clusterKeyFile() {
    byte[] key = new byte[keyBytes];
    ByteBuffer.wrap(bytes).get(HEAD_BYTES, key);
    return key;
  }

  /**
   * The manifest.
   *
   * @throws RekindleException DATA_CORRUPTED when it was altered, or is of another cluster
   */
  public BackupManifest open(ManifestCipher cipher) {
    byte[] clear = new byte[HEAD_BYTES + keyBytes];
    byte[] sealed = new byte[bytes.length - clear.length];
    ByteBuffer.wrap(bytes).get(clear).get(sealed);
    return BackupCodec.manifest(
        bytes[FORMAT_AT] == FORMAT_WITHOUT_KEY
            ? cipher.openDirect(sealed, clear)
            : cipher.open(sealed, clear));
  }
}
