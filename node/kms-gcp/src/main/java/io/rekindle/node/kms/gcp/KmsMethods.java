package io.rekindle.node.kms.gcp;

import com.google.cloud.kms.v1.DecryptRequest;
import com.google.cloud.kms.v1.DecryptResponse;
import com.google.cloud.kms.v1.EncryptRequest;
import com.google.cloud.kms.v1.EncryptResponse;
import com.google.protobuf.Message;
import com.linecorp.armeria.client.grpc.GrpcClientStubFactory;
import io.grpc.Channel;
import io.grpc.MethodDescriptor;
import io.grpc.ServiceDescriptor;
import io.grpc.protobuf.ProtoUtils;

/**
 * The two methods of Google Cloud KMS that a node calls, on Google's own messages. Google's client
 * describes them in the same way; generated stubs of the same version are not published.
 */
final class KmsMethods implements GrpcClientStubFactory {
  private static final String SERVICE = "google.cloud.kms.v1.KeyManagementService";

  static final MethodDescriptor<EncryptRequest, EncryptResponse> ENCRYPT =
      method("Encrypt", EncryptRequest.getDefaultInstance(), EncryptResponse.getDefaultInstance());

  static final MethodDescriptor<DecryptRequest, DecryptResponse> DECRYPT =
      method("Decrypt", DecryptRequest.getDefaultInstance(), DecryptResponse.getDefaultInstance());

  private static <Q extends Message, A extends Message> MethodDescriptor<Q, A> method(
      String name, Q request, A answer) {
    return MethodDescriptor.<Q, A>newBuilder()
        .setType(MethodDescriptor.MethodType.UNARY)
        .setFullMethodName(MethodDescriptor.generateFullMethodName(SERVICE, name))
        .setRequestMarshaller(ProtoUtils.marshaller(request))
        .setResponseMarshaller(ProtoUtils.marshaller(answer))
        .build();
  }

  @Override
  public ServiceDescriptor findServiceDescriptor(Class<?> clientType) {
    return ServiceDescriptor.newBuilder(SERVICE).addMethod(ENCRYPT).addMethod(DECRYPT).build();
  }

  /** The channel is all that a caller needs. */
  @Override
  public Object newClientStub(Class<?> clientType, Channel channel) {
    return channel;
  }
}
