package io.rekindle.node.kms.aws;

import io.rekindle.node.config.AwsKeysConfig;
import io.rekindle.node.config.CustomerKeyConfig;
import io.rekindle.node.error.StartRefusedException;
import io.rekindle.node.kms.Attempts;
import io.rekindle.node.kms.CredentialFile;
import io.rekindle.node.kms.KeyManagementProvider;
import io.rekindle.node.kms.KeyManagementService;
import io.rekindle.node.kms.http.KeyServiceHttp;
import java.net.URI;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.sts.StsClient;

/**
 * The provider {@code aws}. The environment has a say in one thing alone: the login {@code
 * container} has its address and its token from {@code AWS_CONTAINER_*}, where ECS and EKS leave
 * them.
 */
public final class AwsKeyManagementProvider implements KeyManagementProvider {
  private static final String PREFIX = "rekindle.keys.aws.";
  private static final Pattern ROLE =
      Pattern.compile("arn:aws[a-z-]*:iam::[0-9]{12}:role/[\\x21-\\x7e]{1,576}");

  private final Function<String, @Nullable String> environment;
  private final String metadata;

  /** For {@link java.util.ServiceLoader}. */
  public AwsKeyManagementProvider() {
    this(System::getenv, LocalLogin.Instance.METADATA);
  }

  /**
   * @param metadata the address of the instance's metadata service
   */
  AwsKeyManagementProvider(Function<String, @Nullable String> environment, String metadata) {
    this.environment = environment;
    this.metadata = metadata;
  }

  @Override
  public String name() {
    return "aws";
  }

  @Override
  public KeyManagementService open(CustomerKeyConfig settings, Path dataFolder) {
    AwsKeysConfig aws = settings.aws();
    Attempts attempts = Attempts.of(settings);
    AwsKey key = AwsKey.of(PREFIX, required("key", aws.key()), aws.region());
    URI endpoint = endpoint("endpoint", aws.endpoint(), "kms", key.region());
    List<Runnable> closers = new ArrayList<>();
    try {
      SdkHttpClient http =
          new AwsHttpClient(
              KeyServiceHttp.client(aws.caFile().map(dataFolder::resolve), attempts.timeout()));
      closers.add(http::close);
      AwsCredentialSource source =
          switch (aws.login()) {
            case FILE ->
                new AwsCredentialSource.File(
                    file(
                        "credentials-file",
                        dataFolder,
                        required("credentials-file", aws.credentialsFile())),
                    aws.profile());
            case WEB_IDENTITY -> webIdentity(aws, dataFolder, key.region(), http, closers);
            case CONTAINER -> LocalLogin.Container.of(environment, local(attempts, closers));
            case INSTANCE -> new LocalLogin.Instance(local(attempts, closers), metadata);
          };
      KmsClient kms = AwsClients.kms(key.region(), endpoint, http);
      closers.add(kms::close);
      AwsLogin login = new AwsLogin(source, InstantSource.system());
      return new AwsKeyManagementService(kms, endpoint, key, login, attempts, closers);
    } catch (StartRefusedException e) {
      closers.forEach(Runnable::run);
      throw e;
    }
  }

  private static AwsCredentialSource webIdentity(
      AwsKeysConfig aws,
      Path dataFolder,
      String region,
      SdkHttpClient http,
      List<Runnable> closers) {
    String role = required("role", aws.role());
    if (!ROLE.matcher(role).matches()) {
      throw new StartRefusedException(PREFIX + "role must be the ARN of a role.");
    }
    URI endpoint = endpoint("sts-endpoint", aws.stsEndpoint(), "sts", region);
    StsClient sts = AwsClients.sts(region, endpoint, http);
    closers.add(sts::close);
    return new AwsCredentialSource.WebIdentity(
        sts, role, file("web-identity-token-file", dataFolder, aws.webIdentityTokenFile()));
  }

  private static CredentialFile file(String name, Path dataFolder, Path path) {
    return new CredentialFile(PREFIX + name, dataFolder.resolve(path));
  }

  private static LocalHttp local(Attempts attempts, List<Runnable> closers) {
    LocalHttp http = new LocalHttp(attempts.timeout());
    closers.add(http::close);
    return http;
  }

  private static URI endpoint(String name, Optional<String> set, String service, String region) {
    if (set.isEmpty()) {
      return AwsClients.endpoint(service, region);
    }
    URI endpoint;
    try {
      endpoint = URI.create(set.get().replaceAll("/+$", ""));
    } catch (IllegalArgumentException e) {
      throw new StartRefusedException(PREFIX + name + " is not an address.", e);
    }
    if (!"https".equals(endpoint.getScheme()) || endpoint.getHost() == null) {
      throw new StartRefusedException(
          PREFIX + name + " must begin with https://, and have a host.");
    }
    if (!endpoint.getRawPath().isEmpty()
        || endpoint.getRawQuery() != null
        || endpoint.getRawFragment() != null
        || endpoint.getRawUserInfo() != null) {
      throw new StartRefusedException(PREFIX + name + " must have nothing but a host and a port.");
    }
    return endpoint;
  }

  private static <T> T required(String name, Optional<T> value) {
    return value.orElseThrow(
        () -> new StartRefusedException("The provider aws needs " + PREFIX + name + "."));
  }
}
