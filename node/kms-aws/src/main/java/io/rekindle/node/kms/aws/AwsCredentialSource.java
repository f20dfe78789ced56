package io.rekindle.node.kms.aws;

import io.rekindle.node.kms.CredentialFile;
import io.rekindle.node.kms.KeyManagementException;
import io.rekindle.node.kms.KeyManagementService.Probe;
import java.io.ByteArrayInputStream;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.profiles.Profile;
import software.amazon.awssdk.profiles.ProfileFile;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.model.Credentials;

/** Where a node's credentials for AWS come from. Safe for use by many threads. */
sealed interface AwsCredentialSource
    permits AwsCredentialSource.File, AwsCredentialSource.WebIdentity, LocalLogin {
  /**
   * Credentials, read or asked for anew.
   *
   * @throws KeyManagementException with {@link Probe#REVOKED} when AWS refuses the login, with
   *     {@link Probe#UNREACHABLE} when there is none, or no answer
   */
  AwsCredentials read();

  /** An access key in a profile of a credentials file; nothing else that a profile may have. */
  record File(CredentialFile file, String profile) implements AwsCredentialSource {
    @Override
    public AwsCredentials read() {
      Profile found = profile(file.secretBytes());
      String id = found.property("aws_access_key_id").orElse("");
      String secret = found.property("aws_secret_access_key").orElse("");
      Optional<String> token = found.property("aws_session_token");
      if (!areCredentials(id, secret, token.orElse("none"))) {
        throw file.unreadable("has no access key in the profile " + profile);
      }
      return token.isPresent()
          ? AwsSessionCredentials.create(id, secret, token.get())
          : AwsBasicCredentials.create(id, secret);
    }

    /** A file that is just being replaced may be empty, or cut short. */
    private Profile profile(byte[] bytes) {
      try {
        return ProfileFile.builder()
            .type(ProfileFile.Type.CREDENTIALS)
            .content(new ByteArrayInputStream(bytes))
            .build()
            .profile(profile)
            .orElseThrow(() -> file.unreadable("has no profile " + profile));
      } catch (IllegalArgumentException e) {
        throw file.unreadable("is no credentials file"); // The cause may repeat a line of it.
      }
    }
  }

  /** A role that a token of a service account is given by STS, for an hour. */
  record WebIdentity(StsClient sts, String role, CredentialFile tokenFile)
      implements AwsCredentialSource {
    private static final String SESSION = "rekindle";

    @Override
    public AwsCredentials read() {
      String token = tokenFile.line();
      Credentials given;
      try {
        given =
            sts.assumeRoleWithWebIdentity(
                    request ->
                        request.roleArn(role).roleSessionName(SESSION).webIdentityToken(token))
                .credentials();
      } catch (SdkException e) {
        throw AwsRefusal.ofLogin(e).exception();
      }
      if (given == null) {
        throw nonsense();
      }
      return session(
          given.accessKeyId(), given.secretAccessKey(), given.sessionToken(), given.expiration());
    }
  }

  /** Credentials with an end, as a login answers. */
  static AwsCredentials session(
      @Nullable String id, @Nullable String secret, @Nullable String token, @Nullable Instant end) {
    if (id == null
        || secret == null
        || token == null
        || end == null
        || !areCredentials(id, secret, token)) {
      throw nonsense();
    }
    return AwsSessionCredentials.builder()
        .accessKeyId(id)
        .secretAccessKey(secret)
        .sessionToken(token)
        .expirationTime(end)
        .build();
  }

  private static boolean areCredentials(String id, String secret, String token) {
    return CredentialFile.isCredential(id)
        && CredentialFile.isCredential(secret)
        && CredentialFile.isCredential(token);
  }

  static KeyManagementException nonsense() {
    return new KeyManagementException(
        Probe.UNREACHABLE,
        "a login answers without credentials",
        "login: no sensible answer",
        null);
  }
}
