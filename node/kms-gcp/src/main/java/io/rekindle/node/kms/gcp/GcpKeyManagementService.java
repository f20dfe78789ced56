package io.rekindle.node.kms.gcp;

import com.google.cloud.kms.v1.DecryptRequest;
import com.google.cloud.kms.v1.DecryptResponse;
import com.google.cloud.kms.v1.EncryptRequest;
import com.google.cloud.kms.v1.EncryptResponse;
import com.google.protobuf.ByteString;
import com.google.protobuf.Int64Value;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.rekindle.node.kms.Attempts;
import io.rekindle.node.kms.KeyManagementException;
import io.rekindle.node.kms.KeyManagementService;
import io.rekindle.node.kms.gcp.GcpLogin.Token;
import java.util.zip.CRC32C;

/**
 * A symmetric key of Google Cloud KMS. What it wraps is Google's own form, which names the version
 * of the key.
 *
 * <p>Data goes with its CRC-32C both ways. An answer is believed when Google has checked the sums
 * that it was sent, and those that it sent are right: what is wrapped wrongly could never be
 * unwrapped. An unknown login counts as such only after a fresh one. Safe for use by many threads.
 */
final class GcpKeyManagementService implements KeyManagementService {
  /** Google's own overhead is some 60 bytes. */
  private static final int WRAPPED_BYTES_MAX = 8 << 10;

  private final GcpRequests requests;
  private final GcpLogin login;
  private final KeyName key;
  private final Attempts attempts;

  /** Whether this key has wrapped or unwrapped something: it was there. */
  private volatile boolean hasWorked;

  GcpKeyManagementService(GcpRequests requests, GcpLogin login, KeyName key, Attempts attempts) {
    this.requests = requests;
    this.login = login;
    this.key = key;
    this.attempts = attempts;
  }

  @Override
  public byte[] wrap(byte[] key, byte[] associatedData) {
    EncryptRequest request =
        EncryptRequest.newBuilder()
            .setName(this.key.text())
            .setPlaintext(ByteString.copyFrom(key))
            .setPlaintextCrc32C(checksum(key))
            .setAdditionalAuthenticatedData(ByteString.copyFrom(associatedData))
            .setAdditionalAuthenticatedDataCrc32C(checksum(associatedData))
            .build();
    return worked(attempts.ask(() -> wrapped(ask(KmsMethods.ENCRYPT, request))));
  }

  private byte[] wrapped(EncryptResponse answer) {
    byte[] wrapped = answer.getCiphertext().toByteArray();
    if (!answer.getVerifiedPlaintextCrc32C()
        || !answer.getVerifiedAdditionalAuthenticatedDataCrc32C()) {
      throw nonsense("it did not check what it was sent");
    }
    if (!answer.hasCiphertextCrc32C() || !answer.getCiphertextCrc32C().equals(checksum(wrapped))) {
      throw nonsense("the checksum of what is wrapped is wrong");
    }
    if (!key.isOf(answer.getName())) {
      throw nonsense("it is of another key");
    }
    if (wrapped.length == 0 || wrapped.length > WRAPPED_BYTES_MAX) {
      throw nonsense("what is wrapped has the wrong size");
    }
    return wrapped;
  }

  @Override
  public byte[] unwrap(byte[] wrapped, byte[] associatedData) {
    if (wrapped.length == 0 || wrapped.length > WRAPPED_BYTES_MAX) {
      throw new KeyManagementException(Probe.OK, "not wrapped by Google Cloud KMS", null);
    }
    DecryptRequest request =
        DecryptRequest.newBuilder()
            .setName(key.text())
            .setCiphertext(ByteString.copyFrom(wrapped))
            .setCiphertextCrc32C(checksum(wrapped))
            .setAdditionalAuthenticatedData(ByteString.copyFrom(associatedData))
            .setAdditionalAuthenticatedDataCrc32C(checksum(associatedData))
            .build();
    return worked(attempts.ask(() -> unwrapped(ask(KmsMethods.DECRYPT, request))));
  }

  private byte[] worked(byte[] result) {
    hasWorked = true;
    return result;
  }

  /**
   * A key that nobody finds, and nobody has ever found, is of settings that name another one, or
   * another location: it is not known to be gone.
   */
  private KeyManagementException meaning(StatusRuntimeException refusal) {
    KeyManagementException meaning = GcpRefusals.meaning(refusal);
    boolean isUnknown =
        meaning.probe() == Probe.REVOKED
            && refusal.getStatus().getCode() == Status.Code.NOT_FOUND
            && !hasWorked;
    return isUnknown
        ? new KeyManagementException(
            Probe.OK,
            "Google Cloud KMS has no such key at this location",
            "no such key at this location: " + meaning.reason(),
            meaning)
        : meaning;
  }

  /** To unwrap checks what was sent by itself: what was altered on its way is not unwrapped. */
  private static byte[] unwrapped(DecryptResponse answer) {
    byte[] unwrapped = answer.getPlaintext().toByteArray();
    if (!answer.hasPlaintextCrc32C() || !answer.getPlaintextCrc32C().equals(checksum(unwrapped))) {
      throw nonsense("the checksum of what is unwrapped is wrong");
    }
    return unwrapped;
  }

  private static Int64Value checksum(byte[] bytes) {
    CRC32C checksum = new CRC32C();
    checksum.update(bytes);
    return Int64Value.of(checksum.getValue());
  }

  private static KeyManagementException nonsense(String what) {
    return new KeyManagementException(
        Probe.UNREACHABLE, "Google Cloud KMS gives no sensible answer", what, null);
  }

  private <Q, A> A ask(MethodDescriptor<Q, A> method, Q request) {
    Token token = login.token();
    try {
      return requests.ask(key, token, method, request);
    } catch (StatusRuntimeException e) {
      if (e.getStatus().getCode() != Status.Code.UNAUTHENTICATED) {
        throw meaning(e);
      }
    }
    login.forget(token);
    Token fresh = login.token();
    try {
      return requests.ask(key, fresh, method, request);
    } catch (StatusRuntimeException e) {
      if (e.getStatus().getCode() == Status.Code.UNAUTHENTICATED) {
        login.forget(fresh);
      }
      throw meaning(e);
    }
  }

  @Override
  public void logOut() {
    login.forget();
  }

  @Override
  public String describe() {
    return "key " + key.text() + " in Google Cloud KMS at " + requests.endpoint();
  }

  @Override
  public void close() {
    login.close();
    requests.close();
  }
}
