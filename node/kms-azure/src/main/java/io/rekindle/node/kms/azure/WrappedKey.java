package io.rekindle.node.kms.azure;

import io.rekindle.node.kms.KeyManagementException;
import io.rekindle.node.kms.KeyManagementService.Probe;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;

/**
 * What the service wrapped, and by which version of the key: each unwraps its own alone.
 *
 * <p>As bytes: {@code AKV1}, one byte of length and the key's name, 16 bytes of the version's id,
 * two bytes of length and what the service gave, CRC-32C of all of it. The sum finds damage alone,
 * because the service says the same of a version that is not there as of a key that is gone.
 */
final class WrappedKey {
  /** Of an id of a version, as the service writes it. */
  static final Pattern VERSION = Pattern.compile("[0-9a-fA-F]{32}");

  /** Of RSA keys of 2048 and of 8192 bits. */
  private static final int BYTES_MIN = 256;

  private static final int BYTES_MAX = 1024;
  private static final int NAME_BYTES_MAX = 127;
  private static final int VERSION_BYTES = 16;
  private static final int SUM_BYTES = 4;
  private static final byte[] MAGIC = "AKV1".getBytes(StandardCharsets.US_ASCII);
  private static final int ENVELOPE_BYTES_MAX =
      MAGIC.length + 1 + NAME_BYTES_MAX + VERSION_BYTES + 2 + BYTES_MAX + SUM_BYTES;

  private final String version;
  private final byte[] bytes;

  /**
   * @param version 32 hexadecimal digits
   */
  WrappedKey(String version, byte[] bytes) {
    this.version = version.toLowerCase(Locale.ROOT);
    this.bytes = bytes;
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

  /**
   * The bytes to keep.
   *
   * @param key the name of the key
   */
  byte[] encode(String key) {
    byte[] name = name(key);
    byte[] envelope =
        new byte[MAGIC.length + 1 + name.length + VERSION_BYTES + 2 + bytes.length + SUM_BYTES];
    ByteBuffer.wrap(envelope)
        .put(MAGIC)
        .put((byte) name.length)
        .put(name)
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
  static WrappedKey decode(byte[] envelope, String key) {
    if (envelope.length > ENVELOPE_BYTES_MAX || envelope.length < MAGIC.length + SUM_BYTES) {
      throw foreign();
    }
    try {
      ByteBuffer in = ByteBuffer.wrap(envelope);
      byte[] magic = take(in, MAGIC.length);
      byte[] name = take(in, in.get() & 0xff);
      byte[] version = take(in, VERSION_BYTES);
      byte[] bytes = take(in, in.getShort() & 0xffff);
      if (!Arrays.equals(magic, MAGIC)
          || in.getInt() != sum(envelope)
          || in.hasRemaining()
          || !Arrays.equals(name, name(key))
          || !isPossible(bytes)) {
        throw foreign();
      }
      return new WrappedKey(HexFormat.of().formatHex(version), bytes);
    } catch (BufferUnderflowException e) {
      throw foreign();
    }
  }

  /** For the service, names in other letters are the same. */
  private static byte[] name(String key) {
    return key.toLowerCase(Locale.ROOT).getBytes(StandardCharsets.US_ASCII);
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
