package io.rekindle.node.kms.gcp;

import com.google.protobuf.ByteString;
import com.google.rpc.PreconditionFailure;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * A symmetric key of Google Cloud KMS: real AES-256-GCM, versions with states, and refusals in the
 * words that Google is known to have. What it wraps begins with the number of its version.
 */
final class FakeKey {
  private static final int IV_BYTES = 12;
  private static final int OVERHEAD_BYTES = Integer.BYTES + IV_BYTES + 16;

  private final String name;
  private final List<Version> versions = new CopyOnWriteArrayList<>();

  /** Of a key; the state is as Google names it. */
  private static final class Version {
    private final byte[] material = random(32);
    private volatile String state = "ENABLED";
  }

  FakeKey(String name) {
    this.name = name;
    rotate();
  }

  void rotate() {
    versions.add(new Version());
  }

  /** Of all versions that are not destroyed. */
  void setEnabled(boolean enabled) {
    versions.stream()
        .filter(version -> !version.state.equals("DESTROYED"))
        .forEach(version -> version.state = enabled ? "ENABLED" : "DISABLED");
  }

  void destroyFirstVersion() {
    versions.getFirst().state = "DESTROYED";
  }

  /** By which it wraps. */
  String primary() {
    return name(versions.size());
  }

  private String name(int number) {
    return name + "/cryptoKeyVersions/" + number;
  }

  byte[] wrap(ByteString key, ByteString data) {
    int number = versions.size();
    byte[] iv = random(IV_BYTES);
    Version version = usable(number);
    ByteBuffer wrapped = ByteBuffer.allocate(OVERHEAD_BYTES + key.size());
    wrapped.putInt(number).put(iv);
    try {
      wrapped.put(cipher(Cipher.ENCRYPT_MODE, version, iv, data).doFinal(key.toByteArray()));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
    return wrapped.array();
  }

  byte[] unwrap(ByteString wrapped, ByteString data) {
    ByteBuffer buffer = ByteBuffer.wrap(wrapped.toByteArray());
    int number = buffer.remaining() < OVERHEAD_BYTES ? 0 : buffer.getInt();
    if (number < 1 || number > versions.size()) {
      throw invalid("the ciphertext is invalid.");
    }
    Version version = usable(number);
    byte[] iv = new byte[IV_BYTES];
    buffer.get(iv);
    byte[] sealed = new byte[buffer.remaining()];
    buffer.get(sealed);
    try {
      return cipher(Cipher.DECRYPT_MODE, version, iv, data).doFinal(sealed);
    } catch (AEADBadTagException e) {
      throw invalid("verify that 'name' refers to the correct CryptoKey.");
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static StatusRuntimeException invalid(String why) {
    return Status.INVALID_ARGUMENT
        .withDescription("Decryption failed: " + why)
        .asRuntimeException();
  }

  private Version usable(int number) {
    Version version = versions.get(number - 1);
    if (!version.state.equals("ENABLED")) {
      throw Refusals.of(
          Status.Code.FAILED_PRECONDITION,
          name(number) + " is not enabled, current state is: " + version.state + ".",
          PreconditionFailure.newBuilder()
              .addViolations(
                  PreconditionFailure.Violation.newBuilder()
                      .setType("KEY_" + version.state)
                      .setSubject(name(number)))
              .build());
    }
    return version;
  }

  private static Cipher cipher(int mode, Version version, byte[] iv, ByteString data)
      throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(mode, new SecretKeySpec(version.material, "AES"), new GCMParameterSpec(128, iv));
    cipher.updateAAD(data.toByteArray());
    return cipher;
  }

  private static byte[] random(int bytes) {
    byte[] random = new byte[bytes];
    new SecureRandom().nextBytes(random);
    return random;
  }
}
