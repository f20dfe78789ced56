package io.rekindle.node.config;

import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.util.Optional;

/** The customer's key in AWS KMS: the keys {@code rekindle.keys.aws.*} of {@link NodeConfig}. */
public interface AwsKeysConfig {
  /** The id or ARN of a symmetric key, or an alias of it. */
  Optional<String> key();

  /** Such as {@code eu-central-1}; without it that of the key's ARN. */
  Optional<String> region();

  /** Such as that of a VPC endpoint; without it AWS's own of the region. TLS 1.3 alone. */
  Optional<String> endpoint();

  /** PEM of the authorities that its certificate may be of; without it those of the JDK. */
  Optional<Path> caFile();

  /** {@code file}, {@code web-identity}, {@code container} or {@code instance}. */
  @WithDefault("instance")
  Login login();

  /** Of {@code file}: a credentials file of AWS, mode 0600. */
  Optional<Path> credentialsFile();

  /** Of {@code file}: the profile in it. */
  @WithDefault("default")
  String profile();

  /** Of {@code web-identity}: the ARN of the role to take on. */
  Optional<String> role();

  /** Of {@code web-identity}: of AWS STS, such as that of a VPC endpoint; without it AWS's own. */
  Optional<String> stsEndpoint();

  /** Of {@code web-identity}: the token, as a service account of EKS has it. */
  @WithDefault("/var/run/secrets/eks.amazonaws.com/serviceaccount/token")
  Path webIdentityTokenFile();

  /** How a node proves to AWS who it is. */
  enum Login {
    FILE,
    WEB_IDENTITY,
    /** Of ECS or EKS Pod Identity, which leave its address in the environment of the process. */
    CONTAINER,
    INSTANCE
  }
}
