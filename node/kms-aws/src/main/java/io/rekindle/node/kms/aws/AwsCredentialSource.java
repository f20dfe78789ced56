package io.rekindle.node.kms.aws;

import io.rekindle.node.error.StartRefusedException;
import io.rekindle.node.kms.KeyManagementException;
import io.rekindle.node.kms.KeyManagementService.Probe;
import io.rekindle.node.kms.SecretFiles;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Pattern;
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
  int FILE_BYTES_MAX = 64 << 10;

  /** Of a key, a secret and a token; whatever else would be refused, or be no header. */
  Pattern CREDENTIAL = Pattern.compile("[\\x21-\\x7e]+");

  /**
   * Credentials, read or asked for anew.
   *
   * @throws KeyManagementException with {@link Probe#REVOKED} when AWS refuses the login, with
   *     {@link Probe#UNREACHABLE} when there is none, or no answer
   */
  AwsCredentials read();

  /** An access key in a profile of a credentials file; nothing else that a profile may have. */
  record File(Path file, String profile) implements AwsCredentialSource {
    @Override
    public AwsCredentials read() {
      Profile found = profile(bytes());
      String id = found.property("aws_access_key_id").orElse("");
      String secret = found.property("aws_secret_access_key").orElse("");
      Optional<String> token = found.property("aws_session_token");
      if (!areCredentials(id, secret, token.orElse("none"))) {
        throw unreadable("the profile " + profile + " has no access key");
      }
      return token.isPresent()
          ? AwsSessionCredentials.create(id, secret, token.get())
          : AwsBasicCredentials.create(id, secret);
    }

    private byte[] bytes() {
      try {
        return SecretFiles.read(file, "AWS credentials file", FILE_BYTES_MAX);
      } catch (StartRefusedException e) {
        throw unreadable(e.getMessage());
      }
    }

    /** A file that is just being replaced may be empty, or cut short. */
    private Profile profile(byte[] bytes) {
      try {
        return ProfileFile.builder()
            .type(ProfileFile.Type.CREDENTIALS)
            .content(new ByteArrayInputStream(bytes))
            .build()
            .profile(profile)
            .orElseThrow(() -> unreadable("there is no profile " + profile));
      } catch (IllegalArgumentException e) {
        throw unreadable("it is no credentials file"); // The cause may repeat a line of it.
      }
    }
  }

  /** A role that a token of a service account is given by STS, for an hour. */
  record WebIdentity(StsClient sts, String role, Path tokenFile) implements AwsCredentialSource {
    private static final String SESSION = "rekindle";

    @Override
    public AwsCredentials read() {
      String token = token();
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

    /** A projected volume gives its files a mode of its own. */
    private String token() {
      try (InputStream in = Files.newInputStream(tokenFile)) {
        return line(in.readNBytes(FILE_BYTES_MAX));
      } catch (IOException e) {
        throw new KeyManagementException(
            Probe.UNREACHABLE, "the token of the service account can't be read", e);
      }
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
    return CREDENTIAL.matcher(id).matches()
        && CREDENTIAL.matcher(secret).matches()
        && CREDENTIAL.matcher(token).matches();
  }

  /** A file that is just being replaced may be empty. */
  static String line(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.UTF_8).strip();
    if (!CREDENTIAL.matcher(text).matches()) {
      throw unreadable("the file holds no credential of one line");
    }
    return text;
  }

  static KeyManagementException unreadable(@Nullable String reason) {
    return new KeyManagementException(
        Probe.UNREACHABLE, "the credentials for AWS can't be read", reason, null);
  }

  static KeyManagementException nonsense() {
    return new KeyManagementException(
        Probe.UNREACHABLE,
        "a login answers without credentials",
        "login: no sensible answer",
        null);
  }
}
