package io.rekindle.node.keyring;

import com.google.crypto.tink.subtle.AesGcmHkdfStreaming;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.index.FileCipher;
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
 * Seals files of a slice: a random key for each, sealed by the namespace's key at its head, then
 * streaming AEAD (Hoang, Reyhanitabar, Rogaway, Vizár: Online Authenticated-Encryption, CRYPTO
 * 2015; Tink's AES256-GCM-HKDF) in segments of 64 KiB. Truncation, another order of segments,
 * another name, slice or cluster don't open. Thread-safe.
 *
 * <pre>
 * 0      format
 * 1..4   length of the envelope
 * 5..    the envelope of the file's key, then the stream
 * </pre>
 */
public final class SliceFileCipher implements FileCipher {
  private static final byte FORMAT = 1;
  private static final int KEY_BYTES = 32;
  private static final int ENVELOPE_BYTES = Envelope.OVERHEAD_BYTES + KEY_BYTES;
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
      byte[] envelope = keyring.seal(slice.namespace(), place(), key);
      DataOutputStream head = new DataOutputStream(to);
      head.writeByte(FORMAT);
      head.writeInt(envelope.length);
      head.write(envelope);
      head.flush();
      return streaming(key).newEncryptingStream(to, associatedData(name));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("sealing under a good key does not fail", e);
    } finally {
      Arrays.fill(key, (byte) 0);
    }
  }

  @Override
  public InputStream opening(InputStream from, String name) throws IOException {
    DataInputStream head = new DataInputStream(from);
    if (head.readByte() != FORMAT || head.readInt() != ENVELOPE_BYTES) {
      throw new IOException("a sealed file of an unknown format");
    }
    byte[] envelope = head.readNBytes(ENVELOPE_BYTES);
    byte[] key = new byte[0];
    try {
      key = keyring.open(slice.namespace(), place(), envelope);
      return streaming(key).newDecryptingStream(from, associatedData(name));
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

  private static byte[] associatedData(String name) {
    byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
    byte[] all = Arrays.copyOf(utf8, utf8.length + 1);
    all[utf8.length] = FORMAT;
    return all;
  }
}
