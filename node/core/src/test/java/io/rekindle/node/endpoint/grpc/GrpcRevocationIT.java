package io.rekindle.node.endpoint.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.Empty;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.MethodDescriptor;
import io.grpc.ServiceDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ClientCalls;
import io.rekindle.node.contract.DoorFixture;
import io.rekindle.node.contract.RevocationContract;
import io.rekindle.v1.AccessServiceGrpc;
import io.rekindle.v1.AgentStateServiceGrpc;
import io.rekindle.v1.AuditServiceGrpc;
import io.rekindle.v1.ClusterServiceGrpc;
import io.rekindle.v1.CreateApiKeyResponse;
import io.rekindle.v1.MemoryServiceGrpc;
import io.rekindle.v1.NamespaceServiceGrpc;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The contract of revocation, held by the gRPC door. */
class GrpcRevocationIT extends RevocationContract {
  private static final List<ServiceDescriptor> SERVICES =
      List.of(
          MemoryServiceGrpc.getServiceDescriptor(),
          AgentStateServiceGrpc.getServiceDescriptor(),
          NamespaceServiceGrpc.getServiceDescriptor(),
          AccessServiceGrpc.getServiceDescriptor(),
          AuditServiceGrpc.getServiceDescriptor(),
          ClusterServiceGrpc.getServiceDescriptor());

  @Override
  protected DoorFixture door() {
    return GrpcDoorFixture.SHARED;
  }

  @Test
  void noMethodOfAnyServiceAnswersARevokedKey() {
    GrpcDoorFixture fixture = GrpcDoorFixture.SHARED;
    CreateApiKeyResponse created = fixture.create(null, null, new DoorFixture.Grant("any", ""));
    Channel channel = fixture.door().channel(created.getSecret());
    fixture.revoke(
        new DoorFixture.IssuedKey(
            created.getApiKey().getApiKeyId(), fixture.door().caller(created.getSecret())));
    for (ServiceDescriptor service : SERVICES) {
      for (MethodDescriptor<?, ?> method : service.getMethods()) {
        MethodDescriptor<Empty, Empty> empty =
            MethodDescriptor.<Empty, Empty>newBuilder()
                .setType(method.getType())
                .setFullMethodName(method.getFullMethodName())
                .setRequestMarshaller(ProtoUtils.marshaller(Empty.getDefaultInstance()))
                .setResponseMarshaller(ProtoUtils.marshaller(Empty.getDefaultInstance()))
                .build();
        StatusRuntimeException refusal =
            catchThrowableOfType(
                StatusRuntimeException.class,
                () ->
                    ClientCalls.blockingServerStreamingCall(
                            channel.newCall(empty, CallOptions.DEFAULT), Empty.getDefaultInstance())
                        .next());
        assertThat(refusal.getStatus().getCode())
            .as(method.getFullMethodName())
            .isEqualTo(Status.Code.UNAUTHENTICATED);
      }
    }
  }
}
