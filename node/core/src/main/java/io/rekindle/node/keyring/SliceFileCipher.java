package io.rekindle.node.keyring;

import com.google.crypto.tink.subtle.AesGcmHkdfStreaming;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.index.FileCipher;
import io.rekindle.node.kms.Xaes;
import io.rekindle.node.model.SliceId;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;

/**
 * Seals files of a slice: a random key for each, sealed by the namespace's key and the cluster's at
 * its head, then streaming AEAD (Hoang, Reyhanitabar, Rogaway, Vizár: Online
 * Authenticated-Encryption, CRYPTO 2015; Tink's AES256-GCM-HKDF) in segments of 64 KiB. Truncation,
 * another order of segments, another name, slice or cluster don't open. Thread-safe.
 *
 * <pre>
 * 0      format: 2, or 1 where the cluster's key is not around the envelope
 * 1..4   length of the file's sealed key
 * 5..    the file's sealed key, then the stream
 * </pre>
 */
public final class SliceFileCipher implements FileCipher {
  private static final byte BY_NAMESPACE = 1;
  private static final byte BY_BOTH = 2;
  private static final int KEY_BYTES = 32;
  private static final int ENVELOPE_BYTES = Envelope.OVERHEAD_BYTES + KEY_BYTES;
  private static final int BOTH_BYTES = ENVELOPE_BYTES + Xaes.OVERHEAD_BYTES;
  private static final int SEGMENT_BYTES = 64 * 1024;

  private final Keyring keyring;
  private final SliceId slice;
  private final SecureRandom random = new SecureRandom();

  public SliceFileCipher(Keyring keyring, SliceId slice) {
    this.keyring = keyring;
    this.slice = slice;
  }

  @Override
  public OutputStream sealing(OutputStream to, String name) throws IOException {
    byte[] key = new byte[KEY_BYTES];
    random.nextBytes(key);
    try {
      byte[] sealed = keyring.sealFileKey(slice.namespace(), place(), key);
      DataOutputStream head = new DataOutputStream(to);
      head.writeByte(BY_BOTH);
      head.writeInt(sealed.length);
      head.write(sealed);
      head.flush();
      return streaming(key).newEncryptingStream(to, associatedData(name, BY_BOTH));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("sealing under a good key does not fail", e);
    } finally {
      Arrays.fill(key, (byte) 0);
    }
  }

  @Override
  public InputStream opening(InputStream from, String name) throws IOException {
    DataInputStream head = new DataInputStream(from);
    byte format = head.readByte();
    int length = format == BY_NAMESPACE ? ENVELOPE_BYTES : BOTH_BYTES;
    if (format < BY_NAMESPACE || format > BY_BOTH || head.readInt() != length) {
      throw new IOException("a sealed file of an unknown format");
    }
    byte[] sealed = head.readNBytes(length);
    byte[] key = new byte[0];
    try {
      key =
          format == BY_NAMESPACE
              ? keyring.open(slice.namespace(), place(), sealed)
              : keyring.openFileKey(slice.namespace(), place(), sealed);
      return streaming(key).newDecryptingStream(from, associatedData(name, format));
    } catch (RekindleException e) {
      if (e.code() == ErrorCode.KEY_REVOKED) {
        throw e; // It says nothing of the file.
      }
      throw new IOException("a sealed file does not open", e);
    } catch (GeneralSecurityException e) {
      throw new IOException("a sealed file does not open", e);
    } finally {
      Arrays.fill(key, (byte) 0);
    }
  }

  private EnvelopeContext place() {
    return EnvelopeContext.fileKey(slice.value());
  }

  private static AesGcmHkdfStreaming streaming(byte[] key) throws GeneralSecurityException {
    return new AesGcmHkdfStreaming(key, "HmacSha256", KEY_BYTES, SEGMENT_BYTES, 0);
  }

  private static byte[] associatedData(String name, byte format) {
    byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
    byte[] all = Arrays.copyOf(utf8, utf8.length + 1);
    all[utf8.length] = format;
    return all;
  }
}
