package io.rekindle.node.kms.aws;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.rekindle.node.error.StartRefusedException;
import io.rekindle.node.kms.CredentialFile;
import io.rekindle.node.kms.KeyManagementException;
import io.rekindle.node.kms.KeyManagementService.Probe;
import java.net.URI;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentials;

/** Logins that the machine itself hands out, in JSON. */
sealed interface LocalLogin extends AwsCredentialSource {
  ObjectMapper JSON = new ObjectMapper();

  /**
   * An instance of EC2, by version 2 of its metadata service alone: the first hands credentials to
   * whoever gets a request through.
   *
   * @param metadata its address, without a slash at the end
   */
  record Instance(LocalHttp http, String metadata) implements LocalLogin {
    /** Of all instances. */
    static final String METADATA = "http://169.254.169.254";

    private static final String CREDENTIALS = "/latest/meta-data/iam/security-credentials/";
    private static final Pattern ROLE = Pattern.compile("[A-Za-z0-9+=,.@_-]+");

    @Override
    public AwsCredentials read() {
      String token =
          http.put(
                  URI.create(metadata + "/latest/api/token"),
                  Map.of("X-aws-ec2-metadata-token-ttl-seconds", "60"))
              .strip();
      if (!CredentialFile.isCredential(token)) {
        throw AwsCredentialSource.nonsense();
      }
      Map<String, String> headers = Map.of("X-aws-ec2-metadata-token", token);
      String role = http.get(URI.create(metadata + CREDENTIALS), headers).strip();
      if (!ROLE.matcher(role).matches()) {
        throw AwsCredentialSource.nonsense();
      }
      return LocalLogin.parsed(http.get(URI.create(metadata + CREDENTIALS + role), headers));
    }
  }

  /**
   * A task of ECS, or a pod of EKS Pod Identity.
   *
   * @param token what is shown for the credentials, if anything
   */
  record Container(LocalHttp http, URI address, Token token) implements LocalLogin {
    private static final String PREFIX = "AWS_CONTAINER_";
    private static final String TOKEN_FILE = PREFIX + "AUTHORIZATION_TOKEN_FILE";
    private static final String ECS = "http://169.254.170.2";

    /** Of ECS and of EKS; and of a container's own host. */
    private static final Set<String> HOSTS =
        Set.of("169.254.170.2", "169.254.170.23", "[fd00:ec2::23]", "127.0.0.1", "localhost");

    /** A file with it, that is read each time, or the token itself. */
    record Token(Optional<CredentialFile> file, Optional<String> text) {}

    /**
     * As ECS and EKS tell a container by its environment.
     *
     * @throws StartRefusedException when they do not, or name something that is not of the machine
     */
    static Container of(Function<String, @Nullable String> environment, LocalHttp http) {
      String path = environment.apply(PREFIX + "CREDENTIALS_RELATIVE_URI");
      String full = environment.apply(PREFIX + "CREDENTIALS_FULL_URI");
      if (path == null && full == null) {
        throw new StartRefusedException(
            "The login container needs AWS_CONTAINER_CREDENTIALS_FULL_URI or"
                + " AWS_CONTAINER_CREDENTIALS_RELATIVE_URI, one of which ECS and EKS set.");
      }
      return new Container(
          http,
          address(path == null ? String.valueOf(full) : ECS + path),
          new Token(
              Optional.ofNullable(environment.apply(TOKEN_FILE))
                  .map(file -> new CredentialFile(TOKEN_FILE, Path.of(file))),
              Optional.ofNullable(environment.apply(PREFIX + "AUTHORIZATION_TOKEN"))));
    }

    private static URI address(String given) {
      try {
        URI address = URI.create(given);
        String host = address.getHost();
        if ("http".equals(address.getScheme()) && host != null && HOSTS.contains(host)) {
          return address;
        }
      } catch (IllegalArgumentException _) {
        // It is no address at all.
      }
      throw new StartRefusedException(
          "The login container has no address of ECS or EKS in AWS_CONTAINER_CREDENTIALS_FULL_URI"
              + " or AWS_CONTAINER_CREDENTIALS_RELATIVE_URI.");
    }

    @Override
    public AwsCredentials read() {
      Optional<String> shown = token.file().map(CredentialFile::line).or(token::text);
      return LocalLogin.parsed(
          http.get(address, shown.map(text -> Map.of("Authorization", text)).orElse(Map.of())));
    }
  }

  private static AwsCredentials parsed(String json) {
    JsonNode fields;
    try {
      fields = JSON.readTree(json);
    } catch (JsonProcessingException e) {
      throw AwsCredentialSource.nonsense(); // The cause may repeat it.
    }
    String code = fields.path("Code").asText("Success");
    if (!code.equals("Success")) {
      throw refused(code);
    }
    return AwsCredentialSource.session(
        fields.path("AccessKeyId").textValue(),
        fields.path("SecretAccessKey").textValue(),
        fields.path("Token").textValue(),
        instant(fields.path("Expiration").textValue()));
  }

  private static @Nullable Instant instant(@Nullable String text) {
    try {
      return text == null ? null : Instant.parse(text);
    } catch (DateTimeException e) {
      return null;
    }
  }

  /** As when the role is not to be had yet, or no more: the machine can't say which. */
  private static KeyManagementException refused(String code) {
    return new KeyManagementException(
        Probe.UNREACHABLE, "the machine hands out no login", "login: " + code, null);
  }
}
