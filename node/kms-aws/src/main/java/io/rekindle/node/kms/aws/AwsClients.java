package io.rekindle.node.kms.aws;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.rekindle.node.error.StartRefusedException;
import java.net.URI;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.awscore.client.builder.AwsSyncClientBuilder;
import software.amazon.awssdk.awscore.defaultsmode.DefaultsMode;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.client.builder.SdkSyncClientBuilder;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.profiles.ProfileFile;
import software.amazon.awssdk.regions.PartitionMetadata;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.utils.builder.SdkBuilder;

/**
 * Clients of the SDK that are told everything: what they are not told, they look for in the
 * environment, in system properties, in {@code ~/.aws} and in the machine's metadata. They ask
 * once.
 */
final class AwsClients {
  private static final String SDK = "software.amazon.awssdk";

  static {
    // Else, when all diagnostics are on, it writes down what it signs: with the session's token.
    if (LoggerFactory.getLogger(SDK) instanceof Logger sdk) {
      sdk.setLevel(Level.WARN);
    }
  }

  private AwsClients() {}

  /** AWS's own address of a service. */
  static URI endpoint(String service, String region) {
    // Not by the SDK's rules for endpoints: a variable of the environment names their table.
    String suffix = PartitionMetadata.of(Region.of(region)).dnsSuffix();
    return URI.create("https://" + service + "." + region + "." + suffix);
  }

  /**
   * A client of KMS whose requests each bring their own credentials.
   *
   * @throws StartRefusedException when the SDK does not start
   */
  static KmsClient kms(String region, URI endpoint, SdkHttpClient http) {
    return built(told(KmsClient.builder(), region, endpoint, http));
  }

  /** As {@link #kms}, of STS, without credentials. */
  static StsClient sts(String region, URI endpoint, SdkHttpClient http) {
    return built(told(StsClient.builder(), region, endpoint, http));
  }

  /**
   * Whatever it was told, the SDK reads {@code ~/.aws}, or what the environment names instead. It
   * makes no use of it then, but it does not put up with a file that is broken.
   */
  private static <C> C built(SdkBuilder<?, C> builder) {
    try {
      return builder.build();
    } catch (RuntimeException _) {
      throw new StartRefusedException(
          "The SDK of AWS does not start; a file in ~/.aws, or one that AWS_CONFIG_FILE or"
              + " AWS_SHARED_CREDENTIALS_FILE names, may be broken.");
    }
  }

  private static <C, B extends AwsClientBuilder<B, C> & AwsSyncClientBuilder<B, C>> B told(
      B builder, String region, URI endpoint, SdkHttpClient http) {
    SdkSyncClientBuilder<B, C> withHttp = builder;
    return withHttp
        .httpClient(http)
        .region(Region.of(region))
        .endpointOverride(endpoint)
        .credentialsProvider(AnonymousCredentialsProvider.create())
        .defaultsMode(DefaultsMode.LEGACY)
        .fipsEnabled(false)
        .dualstackEnabled(false)
        .overrideConfiguration(
            told ->
                told.defaultProfileFile(ProfileFile.aggregator().build())
                    .defaultProfileName("none")
                    .retryStrategy(AwsRetryStrategy.doNotRetry()));
  }
}
