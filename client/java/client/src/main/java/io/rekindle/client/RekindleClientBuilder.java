package io.rekindle.client;

import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.NameResolverRegistry;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import io.grpc.stub.MetadataUtils;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** Says how to connect. Not thread-safe; may build several clients. */
public final class RekindleClientBuilder {
  /** Answers are cut at 3 MiB; a batch's results may be larger. */
  private static final int INBOUND_BYTES_MAX = 16 * 1024 * 1024;

  private static final Duration DEADLINE_DEFAULT = Duration.ofSeconds(30);

  private final String target;
  private @Nullable Path caCertificate;
  private @Nullable TrustManagerFactory trust;
  private @Nullable String apiKey;
  private Duration deadline = DEADLINE_DEFAULT;

  static {
    NameResolverRegistry.getDefaultRegistry().register(new NodesResolver.Provider());
  }

  RekindleClientBuilder(String target) {
    if (target.indexOf(',') >= 0) {
      NodesResolver.parse(target);
    }
    this.target = target;
  }

  /** Trusts servers with a certificate of this CA (PEM) and no others. */
  public RekindleClientBuilder caCertificate(Path pem) {
    this.caCertificate = pem;
    return this;
  }

  /** Trusts servers by the certificates in this key store. By default those of the JVM. */
  public RekindleClientBuilder trustStore(KeyStore store) {
    try {
      TrustManagerFactory factory =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(store);
      this.trust = factory;
      return this;
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("the trust store cannot be used", e);
    }
  }

  /** The whole key, {@code rk_live_...}. */
  public RekindleClientBuilder apiKey(String text) {
    this.apiKey = text;
    return this;
  }

  /** Of each call, retries included; 30 seconds by default. Exports have none. */
  public RekindleClientBuilder deadline(Duration wanted) {
    this.deadline = wanted;
    return this;
  }

  /**
   * Makes the client; nothing is sent before its first call.
   *
   * @throws IllegalArgumentException when the CA certificate cannot be read
   */
  public RekindleClient build() {
    NettyChannelBuilder builder =
        target.indexOf(',') < 0
            ? NettyChannelBuilder.forTarget(target)
            : NettyChannelBuilder.forTarget(NodesResolver.target(target));
    SslContextBuilder tls = GrpcSslContexts.forClient().protocols("TLSv1.3");
    try {
      if (caCertificate != null) {
        try (InputStream pem = Files.newInputStream(caCertificate)) {
          tls.trustManager(pem);
        }
      } else if (trust != null) {
        tls.trustManager(trust);
      }
      // A call that a node could not answer is tried again by the next one.
      builder.sslContext(tls.build()).defaultLoadBalancingPolicy("round_robin");
    } catch (IOException e) {
      throw new IllegalArgumentException("the CA certificate cannot be read", e);
    }
    return build(builder);
  }

  /**
   * Makes the client over a channel of the caller's own making, such as one without a network in
   * tests; target, certificates and the choice among nodes are then the channel's business.
   */
  public RekindleClient build(ManagedChannelBuilder<?> builder) {
    ManagedChannel channel =
        builder
            .maxInboundMessageSize(INBOUND_BYTES_MAX)
            .defaultServiceConfig(Retries.serviceConfig())
            .enableRetry()
            .build();
    Metadata headers = new Metadata();
    if (apiKey != null) {
      headers.put(
          Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + apiKey);
    }
    return new RekindleClient(
        channel,
        ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(headers)),
        deadline);
  }
}
