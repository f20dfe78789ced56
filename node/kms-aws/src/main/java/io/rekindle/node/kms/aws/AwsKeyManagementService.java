package io.rekindle.node.kms.aws;

import io.rekindle.node.kms.Attempts;
import io.rekindle.node.kms.KeyManagementException;
import io.rekindle.node.kms.KeyManagementService;
import java.net.URI;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.kms.model.DecryptResponse;
import software.amazon.awssdk.services.kms.model.EncryptResponse;
import software.amazon.awssdk.services.kms.model.EncryptionAlgorithmSpec;

/**
 * A symmetric key of AWS KMS, by its operations Encrypt and Decrypt. What it wraps is AWS's own
 * ciphertext; the associated data is its encryption context, which CloudTrail shows in plain text.
 *
 * <p>A refusal that may be of an expired login counts only after a fresh one. Safe for use by many
 * threads.
 */
final class AwsKeyManagementService implements KeyManagementService {
  private static final EncryptionAlgorithmSpec ALGORITHM =
      EncryptionAlgorithmSpec.SYMMETRIC_DEFAULT;
  private static final String CONTEXT = "rekindle";

  /** Of a ciphertext, as KMS takes it. */
  private static final int WRAPPED_BYTES_MAX = 6_144;

  private final KmsClient kms;
  private final URI endpoint;
  private final AwsKey key;
  private final AwsLogin login;
  private final Attempts attempts;
  private final List<Runnable> closers;

  /** The ARN of the key that answered first; an alias may be moved to another one. */
  private final AtomicReference<@Nullable String> resolved = new AtomicReference<>();

  /**
   * @param closers are run when it is closed
   */
  AwsKeyManagementService(
      KmsClient kms,
      URI endpoint,
      AwsKey key,
      AwsLogin login,
      Attempts attempts,
      List<Runnable> closers) {
    this.kms = kms;
    this.endpoint = endpoint;
    this.key = key;
    this.login = login;
    this.attempts = attempts;
    this.closers = List.copyOf(closers);
  }

  @Override
  public byte[] wrap(byte[] key, byte[] associatedData) {
    return ask(
        credentials -> {
          EncryptResponse answer =
              kms.encrypt(
                  request ->
                      request
                          .keyId(this.key.name())
                          .encryptionAlgorithm(ALGORITHM)
                          .encryptionContext(context(associatedData))
                          .plaintext(SdkBytes.fromByteArray(key))
                          .overrideConfiguration(by(credentials)));
          requireAnswerOfKey(answer.keyId(), answer.encryptionAlgorithm());
          byte[] wrapped = bytes(answer.ciphertextBlob());
          if (!isWrapped(wrapped)) {
            throw nonsense("it wraps into nothing");
          }
          return wrapped;
        });
  }

  @Override
  public byte[] unwrap(byte[] wrapped, byte[] associatedData) {
    if (!isWrapped(wrapped)) {
      throw new KeyManagementException(Probe.OK, "not wrapped by AWS KMS", null);
    }
    return ask(
        credentials -> {
          DecryptResponse answer =
              kms.decrypt(
                  request ->
                      request
                          .keyId(key.name())
                          .encryptionAlgorithm(ALGORITHM)
                          .encryptionContext(context(associatedData))
                          .ciphertextBlob(SdkBytes.fromByteArray(wrapped))
                          .overrideConfiguration(by(credentials)));
          requireAnswerOfKey(answer.keyId(), answer.encryptionAlgorithm());
          return bytes(answer.plaintext());
        });
  }

  private static boolean isWrapped(byte[] wrapped) {
    return wrapped.length > 0 && wrapped.length <= WRAPPED_BYTES_MAX;
  }

  private static Map<String, String> context(byte[] associatedData) {
    return Map.of(CONTEXT, Base64.getEncoder().encodeToString(associatedData));
  }

  private static Consumer<AwsRequestOverrideConfiguration.Builder> by(AwsCredentials credentials) {
    return request -> request.credentialsProvider(StaticCredentialsProvider.create(credentials));
  }

  private static byte[] bytes(@Nullable SdkBytes answered) {
    if (answered == null || answered.asByteArrayUnsafe().length == 0) {
      throw nonsense("it has no result");
    }
    return answered.asByteArray();
  }

  /** An answer says which key made it; if it is another one, it is of no use. */
  private void requireAnswerOfKey(
      @Nullable String answered, @Nullable EncryptionAlgorithmSpec algorithm) {
    if (answered == null || algorithm != ALGORITHM) {
      throw nonsense("it does not say by which key and algorithm");
    }
    if (!key.matches(answered)) {
      throw nonsense("it is of another key");
    }
    if (!resolved.compareAndSet(null, answered) && !answered.equals(resolved.get())) {
      throw nonsense("the alias was moved to another key since the start");
    }
  }

  private static KeyManagementException nonsense(String reason) {
    return new KeyManagementException(
        Probe.UNREACHABLE, "AWS gives no sensible answer", "answer: " + reason, null);
  }

  private byte[] ask(Function<AwsCredentials, byte[]> request) {
    return attempts.ask(() -> askOnce(request));
  }

  private byte[] askOnce(Function<AwsCredentials, byte[]> request) {
    AwsCredentials shown = login.credentials();
    AwsRefusal first;
    try {
      return request.apply(shown);
    } catch (SdkException e) {
      first = refusal(e);
    }
    if (!first.isOfLogin()) {
      throw first.exception();
    }
    login.forget(shown);
    AwsCredentials fresh = login.credentials();
    if (fresh.equals(shown)) {
      throw first.exception(); // Nobody has another login: it would be refused again.
    }
    try {
      return request.apply(fresh);
    } catch (SdkException e) {
      throw refusal(e).exception();
    }
  }

  private AwsRefusal refusal(SdkException failure) {
    AwsRefusal refusal = AwsRefusal.ofKms(failure);
    return resolved.get() == null ? refusal.ofNoKeyYet() : refusal;
  }

  @Override
  public void logOut() {
    login.forget();
  }

  @Override
  public String describe() {
    return "key " + key.name() + " of " + key.region() + " in AWS KMS at " + endpoint;
  }

  @Override
  public void close() {
    closers.forEach(Runnable::run);
  }
}
