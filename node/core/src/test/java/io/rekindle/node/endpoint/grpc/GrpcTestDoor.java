package io.rekindle.node.endpoint.grpc;

import com.google.protobuf.Any;
import com.google.protobuf.FieldMask;
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
import io.rekindle.v1.DeleteMemoryRequest;
import io.rekindle.v1.GetMemoryRequest;
import io.rekindle.v1.ListMemoriesRequest;
import io.rekindle.v1.ListMemoriesResponse;
import io.rekindle.v1.Memory;
import io.rekindle.v1.MemoryServiceGrpc;
import io.rekindle.v1.MemoryServiceGrpc.MemoryServiceBlockingStub;
import io.rekindle.v1.QueryVector;
import io.rekindle.v1.SearchMemoriesRequest;
import io.rekindle.v1.Sensitivity;
import io.rekindle.v1.StoreMemoryRequest;
import io.rekindle.v1.UpdateMemoryRequest;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** The gRPC door of a test's node, over real TLS 1.3 connections. */
public final class GrpcTestDoor implements TestDoor, AutoCloseable {
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  private final ManagedChannel channel;

  public GrpcTestDoor(TestNode node) {
    try {
      channel =
          NettyChannelBuilder.forAddress("localhost", node.port())
              .sslContext(
                  GrpcSslContexts.forClient()
                      .trustManager(node.folder().resolve("tls/server-ca.crt").toFile())
                      .protocols("TLSv1.3")
                      .build())
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
    return new GrpcCaller(MemoryServiceGrpc.newBlockingStub(channel(apiKey)));
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
      throw new Refused(reason(status, e), e.getMessage() + " " + status);
    }
  }

  private static String reason(com.google.rpc.@Nullable Status status, StatusRuntimeException e) {
    if (status == null) {
      return e.getStatus().getCode().name();
    }
    for (Any detail : status.getDetailsList()) {
      if (detail.is(ErrorInfo.class)) {
        try {
          return detail.unpack(ErrorInfo.class).getReason();
        } catch (InvalidProtocolBufferException malformed) {
          throw new IllegalStateException(malformed);
        }
      }
    }
    return e.getStatus().getCode().name();
  }

  private record GrpcCaller(MemoryServiceBlockingStub stub) implements Caller {
    private static Seen seen(Memory memory) {
      return new Seen(memory.getMemoryId(), memory.getNamespace(), memory.getContent());
    }

    private static Sensitivity sensitivity(String name) {
      return Sensitivity.valueOf("SENSITIVITY_" + name.toUpperCase(Locale.ROOT));
    }

    private static List<Float> floats(float[] vector) {
      return com.google.common.primitives.Floats.asList(vector);
    }

    @Override
    public Seen store(String namespace, Seed seed) {
      Memory.Builder memory =
          Memory.newBuilder().setContent(seed.content()).addAllVector(floats(seed.vector()));
      if (seed.sensitivity() != null) {
        memory.setSensitivity(sensitivity(seed.sensitivity()));
      }
      if (seed.externalKey() != null) {
        memory.setExternalKey(seed.externalKey());
      }
      StoreMemoryRequest.Builder request =
          StoreMemoryRequest.newBuilder().setNamespace(namespace).setMemory(memory);
      if (seed.idempotencyKey() != null) {
        request.setIdempotencyKey(seed.idempotencyKey());
      }
      Memory stored = call(() -> stub.storeMemory(request.build())).getMemory();
      return new Seen(stored.getMemoryId(), namespace, seed.content());
    }

    @Override
    public Seen get(String namespace, String memoryId) {
      return seen(
          call(() ->
                  stub.getMemory(
                      GetMemoryRequest.newBuilder()
                          .setNamespace(namespace)
                          .setMemoryId(memoryId)
                          .build()))
              .getMemory());
    }

    @Override
    public Seen getByExternalKey(String namespace, String externalKey) {
      return seen(
          call(() ->
                  stub.getMemory(
                      GetMemoryRequest.newBuilder()
                          .setNamespace(namespace)
                          .setExternalKey(externalKey)
                          .build()))
              .getMemory());
    }

    @Override
    public Page list(List<String> namespaces, int pageSize, @Nullable String page) {
      ListMemoriesRequest.Builder request =
          ListMemoriesRequest.newBuilder().addAllNamespaces(namespaces).setPageSize(pageSize);
      if (page != null) {
        request.setPageToken(page);
      }
      ListMemoriesResponse answer = call(() -> stub.listMemories(request.build()));
      String next = answer.getNextPageToken();
      return new Page(
          answer.getMemoriesList().stream().map(GrpcCaller::seen).toList(),
          next.isEmpty() ? null : next);
    }

    @Override
    public List<Seen> search(List<String> namespaces, float[] vector) {
      SearchMemoriesRequest request =
          SearchMemoriesRequest.newBuilder()
              .addAllNamespaces(namespaces)
              .setVector(QueryVector.newBuilder().addAllValues(floats(vector)))
              .setTopK(10)
              .build();
      return call(() -> stub.searchMemories(request)).getHitsList().stream()
          .map(hit -> seen(hit.getMemory()))
          .toList();
    }

    @Override
    public Seen update(String namespace, String memoryId, Map<String, String> fields) {
      Memory.Builder memory = Memory.newBuilder().setMemoryId(memoryId);
      fields.forEach(
          (field, value) -> {
            switch (field) {
              case "content" -> memory.setContent(value).addAllVector(List.of(1f, 0f, 0f, 0f));
              case "sensitivity" -> memory.setSensitivity(sensitivity(value));
              default -> throw new IllegalArgumentException(field);
            }
          });
      FieldMask.Builder mask = FieldMask.newBuilder().addAllPaths(fields.keySet());
      if (fields.containsKey("content")) {
        mask.addPaths("vector");
      }
      UpdateMemoryRequest request =
          UpdateMemoryRequest.newBuilder()
              .setNamespace(namespace)
              .setMemory(memory)
              .setUpdateMask(mask)
              .build();
      return seen(call(() -> stub.updateMemory(request)).getMemory());
    }

    @Override
    public void delete(String namespace, String memoryId) {
      var _ =
          call(
              () ->
                  stub.deleteMemory(
                      DeleteMemoryRequest.newBuilder()
                          .setNamespace(namespace)
                          .setMemoryId(memoryId)
                          .build()));
    }
  }
}
