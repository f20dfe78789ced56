package io.rekindle.node.endpoint.grpc;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.ErrorInfo;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.MetadataUtils;
import io.rekindle.node.bootstrap.TestNode;
import io.rekindle.node.contract.TestDoor;
import java.nio.file.Path;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;

/** The gRPC door of a test's node, over real TLS 1.3 connections. */
public class GrpcTestDoor implements TestDoor, AutoCloseable {
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  private static final int FLOW_CONTROL_BYTES = 64 * 1024;

  private final ManagedChannel channel;

  public GrpcTestDoor(TestNode node) {
    this(node.port(), node.folder().resolve("tls/server-ca.crt"));
  }

  /** The door at a port of this machine; {@code ca} is the only one that the client trusts. */
  public GrpcTestDoor(int port, Path ca) {
    try {
      channel =
          NettyChannelBuilder.forAddress("localhost", port)
              .sslContext(
                  GrpcSslContexts.forClient()
                      .trustManager(ca.toFile())
                      .protocols("TLSv1.3")
                      .build())
              // Small and constant, so that a stream stands still when its reader does.
              .flowControlWindow(FLOW_CONTROL_BYTES)
              .build();
    } catch (SSLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A channel that carries a credential. */
  public io.grpc.Channel channel(String apiKey) {
    Metadata headers = new Metadata();
    headers.put(AUTHORIZATION, "Bearer " + apiKey);
    return ClientInterceptors.intercept(
        channel, MetadataUtils.newAttachHeadersInterceptor(headers));
  }

  @Override
  public Caller caller(String apiKey) {
    return new GrpcCaller(channel(apiKey));
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }

  /** Runs a call and turns its refusal into what the contract knows. */
  public static <T> T call(Supplier<T> rpc) {
    try {
      return rpc.get();
    } catch (StatusRuntimeException e) {
      com.google.rpc.Status status = StatusProto.fromThrowable(e);
      String code = e.getStatus().getCode().name();
      throw new Refused(
          status == null ? code : reason(status, code), e.getMessage() + " " + status);
    }
  }

  /** What one item of a batch was refused with. */
  static Refused refused(com.google.rpc.Status status) {
    return new Refused(reason(status, status.getMessage()), status.getMessage() + " " + status);
  }

  private static String reason(com.google.rpc.Status status, String otherwise) {
    for (Any detail : status.getDetailsList()) {
      if (detail.is(ErrorInfo.class)) {
        try {
          return detail.unpack(ErrorInfo.class).getReason();
        } catch (InvalidProtocolBufferException malformed) {
          throw new IllegalStateException(malformed);
        }
      }
    }
    return otherwise;
  }
}
