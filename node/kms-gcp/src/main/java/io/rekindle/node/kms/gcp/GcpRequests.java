package io.rekindle.node.kms.gcp;

import com.google.common.util.concurrent.ListenableFuture;
import com.linecorp.armeria.client.ClientFactory;
import com.linecorp.armeria.client.ClientRequestContext;
import com.linecorp.armeria.client.HttpClient;
import com.linecorp.armeria.client.grpc.GrpcClients;
import com.linecorp.armeria.client.proxy.ProxyConfig;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.common.util.EventLoopGroups;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Codec;
import io.grpc.DecompressorRegistry;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.rekindle.node.kms.gcp.GcpLogin.Token;
import io.rekindle.node.kms.http.KeyServiceHttp;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.TrustManagerFactory;

/**
 * Single requests to Google Cloud KMS by gRPC, over the HTTP/2 of Armeria, which the node has
 * anyway. Safe for use by many threads.
 *
 * <p>gRPC makes statuses of its own of what is not gRPC, such as PERMISSION_DENIED of a proxy's
 * page with 403; here such an answer is none.
 */
final class GcpRequests implements AutoCloseable {
  private static final int ANSWER_BYTES_MAX = 1 << 20;
  private static final int HEADERS_BYTES_MAX = 64 << 10;

  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  /** By which Google finds the place of the key. */
  private static final Metadata.Key<String> ROUTING =
      Metadata.Key.of("x-goog-request-params", Metadata.ASCII_STRING_MARSHALLER);

  private static final Metadata.Key<String> QUOTA_PROJECT =
      Metadata.Key.of("x-goog-user-project", Metadata.ASCII_STRING_MARSHALLER);

  private final String endpoint;
  private final Duration timeout;
  private final ClientFactory factory;
  private final Channel channel;

  /**
   * Nobody is connected to yet.
   *
   * @param timeout of a request, from its connection to the last byte of its answer
   */
  GcpRequests(String endpoint, TrustManagerFactory trust, Duration timeout) {
    this.endpoint = endpoint;
    this.timeout = timeout;
    factory =
        ClientFactory.builder()
            .workerGroup(EventLoopGroups.newEventLoopGroup(1, "rekindle-kms-gcp", true), true)
            .connectTimeout(timeout)
            .domainNameResolverCustomizer(resolver -> resolver.queryTimeout(timeout))
            .proxyConfig(ProxyConfig.direct())
            .meterRegistry(new CompositeMeterRegistry())
            .http2MaxHeaderListSize(HEADERS_BYTES_MAX)
            .tlsCustomizer(tls -> tls.protocols(KeyServiceHttp.TLS).trustManager(trust))
            .build();
    channel =
        GrpcClients.builder("gproto+h2://" + endpoint)
            .factory(factory)
            .decorator(GcpRequests::execute)
            .decompressorRegistry(
                DecompressorRegistry.emptyInstance().with(Codec.Identity.NONE, false))
            .maxResponseLength(ANSWER_BYTES_MAX)
            .maxResponseMessageLength(ANSWER_BYTES_MAX)
            .responseTimeout(timeout)
            .writeTimeout(timeout)
            .clientStubFactory(new KmsMethods())
            .build(Channel.class);
  }

  /** Something else than gRPC was answered. */
  static final class NoGrpcException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NoGrpcException(HttpStatus status) {
      super("status " + status.code(), null, false, false);
    }
  }

  private static HttpResponse execute(
      HttpClient client, ClientRequestContext context, HttpRequest request) throws Exception {
    return client.execute(context, request).mapHeaders(GcpRequests::requireGrpc);
  }

  private static ResponseHeaders requireGrpc(ResponseHeaders headers) {
    String type = headers.get("content-type", "");
    if (!headers.status().equals(HttpStatus.OK)
        || !(type.equals("application/grpc") || type.startsWith("application/grpc+proto"))) {
      throw new NoGrpcException(headers.status());
    }
    return headers;
  }

  String endpoint() {
    return endpoint;
  }

  /**
   * Asks once.
   *
   * @throws StatusRuntimeException when Google refuses, or there is no answer
   */
  <Q, A> A ask(KeyName key, Token token, MethodDescriptor<Q, A> method, Q request) {
    Channel asking =
        ClientInterceptors.intercept(
            channel, MetadataUtils.newAttachHeadersInterceptor(headers(key, token)));
    ListenableFuture<A> answer =
        ClientCalls.futureUnaryCall(
            asking.newCall(
                method,
                CallOptions.DEFAULT.withDeadlineAfter(timeout.toNanos(), TimeUnit.NANOSECONDS)),
            request);
    try {
      return answer.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      answer.cancel(true);
      throw Status.DEADLINE_EXCEEDED.asRuntimeException();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof StatusRuntimeException status
          ? status
          : Status.UNKNOWN.withCause(e.getCause()).asRuntimeException();
    } catch (InterruptedException e) {
      answer.cancel(true);
      Thread.currentThread().interrupt();
      throw Status.CANCELLED.withCause(e).asRuntimeException();
    }
  }

  private static Metadata headers(KeyName key, Token token) {
    Metadata headers = new Metadata();
    headers.put(AUTHORIZATION, "Bearer " + token.text());
    headers.put(ROUTING, "name=" + URLEncoder.encode(key.text(), StandardCharsets.UTF_8));
    token.quotaProject().ifPresent(project -> headers.put(QUOTA_PROJECT, project));
    return headers;
  }

  @Override
  public void close() {
    var _ = factory.closeAsync();
  }
}
