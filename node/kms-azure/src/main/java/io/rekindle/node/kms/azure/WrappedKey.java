package io.rekindle.node.kms.azure;

import io.rekindle.node.kms.KeyManagementException;
import io.rekindle.node.kms.KeyManagementService.Probe;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;

/**
 * What the service wrapped, in which vault, and by which version of the key: each unwraps its own
 * alone.
 *
 * <p>As bytes: {@code AKV2}, one byte of length and the key's name, 16 bytes of a digest of the
 * vault's address, 16 bytes of the version's id, two bytes of length and what the service gave,
 * CRC-32C of all of it. {@code AKV1}, of earlier builds, has no vault. The sum finds damage alone,
 * because the service says the same of a version that is not there as of a key that is gone; the
 * vault tells both from a version of another vault's.
 */
final class WrappedKey {
  /** Of an id of a version, as the service writes it. */
  static final Pattern VERSION = Pattern.compile("[0-9a-fA-F]{32}");

  /** Of RSA keys of 2048 and of 8192 bits. */
  private static final int BYTES_MIN = 256;

  private static final int BYTES_MAX = 1024;
  private static final int NAME_BYTES_MAX = 127;
  private static final int VAULT_BYTES = 16;
  private static final int VERSION_BYTES = 16;
  private static final int SUM_BYTES = 4;
  private static final int MAGIC_BYTES = 4;
  private static final byte[] MAGIC = "AKV2".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] WITHOUT_VAULT = "AKV1".getBytes(StandardCharsets.US_ASCII);
  private static final int ENVELOPE_BYTES_MAX =
      MAGIC_BYTES + 1 + NAME_BYTES_MAX + VAULT_BYTES + VERSION_BYTES + 2 + BYTES_MAX + SUM_BYTES;

  private final String version;
  private final byte[] bytes;
  private final boolean isElsewhere;

  /**
   * Of the vault that is asked.
   *
   * @param version 32 hexadecimal digits
   */
  WrappedKey(String version, byte[] bytes) {
    this(version, bytes, false);
  }

  private WrappedKey(String version, byte[] bytes, boolean isElsewhere) {
    this.version = version.toLowerCase(Locale.ROOT);
    this.bytes = bytes;
    this.isElsewhere = isElsewhere;
  }

  /** Of a key that this service may use to wrap with; others are too small, or are no RSA keys. */
  static boolean isPossible(byte[] bytes) {
    return bytes.length >= BYTES_MIN && bytes.length <= BYTES_MAX;
  }

  /** 32 hexadecimal digits. */
  String version() {
    return version;
  }

  byte[] bytes() {
    return bytes;
  }

  /** Whether it names another vault as the one that wrapped it. */
  boolean isElsewhere() {
    return isElsewhere;
  }

  /**
   * The bytes to keep.
   *
   * @param vault its address, in small letters
   * @param key the name of the key
   */
  byte[] encode(String vault, String key) {
    byte[] name = name(key);
    byte[] envelope =
        new byte
            [MAGIC_BYTES
                + 1
                + name.length
                + VAULT_BYTES
                + VERSION_BYTES
                + 2
                + bytes.length
                + SUM_BYTES];
    ByteBuffer.wrap(envelope)
        .put(MAGIC)
        .put((byte) name.length)
        .put(name)
        .put(digest(vault))
        .put(HexFormat.of().parseHex(version))
        .putShort((short) bytes.length)
        .put(bytes)
        .putInt(sum(envelope));
    return envelope;
  }

  /**
   * The reverse of {@link #encode}.
   *
   * @throws KeyManagementException with {@link Probe#OK} when it is damaged, or of another key
   */
  static WrappedKey decode(byte[] envelope, String vault, String key) {
    if (envelope.length > ENVELOPE_BYTES_MAX || envelope.length < MAGIC_BYTES + SUM_BYTES) {
      throw foreign();
    }
    try {
      ByteBuffer in = ByteBuffer.wrap(envelope);
      byte[] magic = take(in, MAGIC_BYTES);
      boolean hasVault = Arrays.equals(magic, MAGIC);
      byte[] name = take(in, in.get() & 0xff);
      byte[] by = hasVault ? take(in, VAULT_BYTES) : digest(vault);
      byte[] version = take(in, VERSION_BYTES);
      byte[] bytes = take(in, in.getShort() & 0xffff);
      if (!(hasVault || Arrays.equals(magic, WITHOUT_VAULT))
          || in.getInt() != sum(envelope)
          || in.hasRemaining()
          || !Arrays.equals(name, name(key))
          || !isPossible(bytes)) {
        throw foreign();
      }
      return new WrappedKey(
          HexFormat.of().formatHex(version), bytes, !Arrays.equals(by, digest(vault)));
    } catch (BufferUnderflowException e) {
      throw foreign();
    }
  }

  /** For the service, names in other letters are the same. */
  private static byte[] name(String key) {
    return key.toLowerCase(Locale.ROOT).getBytes(StandardCharsets.US_ASCII);
  }

  /** The address is no secret; a digest has always the same length. */
  private static byte[] digest(String vault) {
    byte[] address = vault.replaceFirst(":443$", "").getBytes(StandardCharsets.US_ASCII);
    try {
      return Arrays.copyOf(MessageDigest.getInstance("SHA-256").digest(address), VAULT_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  private static byte[] take(ByteBuffer in, int count) {
    if (count > in.remaining()) {
      throw new BufferUnderflowException();
    }
    byte[] taken = new byte[count];
    in.get(taken);
    return taken;
  }

  /** Of all but the sum itself. */
  private static int sum(byte[] envelope) {
    CRC32C sum = new CRC32C();
    sum.update(envelope, 0, envelope.length - SUM_BYTES);
    return (int) sum.getValue();
  }

  private static KeyManagementException foreign() {
    return new KeyManagementException(Probe.OK, "not wrapped by this key of Azure Key Vault", null);
  }
}
