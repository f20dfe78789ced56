package io.rekindle.node.endpoint.grpc;

import io.grpc.BindableService;
import io.grpc.ServerServiceDefinition;
import io.rekindle.node.model.KeyCommand;
import io.rekindle.node.model.KeyInfo;
import io.rekindle.node.model.Reply;
import io.rekindle.v1.Key;
import io.rekindle.v1.KeyKind;
import io.rekindle.v1.KeyServiceGrpc;
import io.rekindle.v1.KeyState;
import io.rekindle.v1.ListKeysResponse;
import io.rekindle.v1.ReplaceClusterKeyResponse;
import io.rekindle.v1.RewrapClusterKeyResponse;
import io.rekindle.v1.RewrapTenantKeyResponse;
import java.time.Instant;

/** {@code rekindle.v1.KeyService}. */
final class KeyEndpoint implements BindableService {
  private final CallContext context;

  KeyEndpoint(CallContext context) {
    this.context = context;
  }

  @Override
  public ServerServiceDefinition bindService() {
    return new GateCalls(KeyServiceGrpc.getServiceDescriptor(), context)
        .unary(
            KeyServiceGrpc.getListKeysMethod(),
            (_, _) -> new KeyCommand.ListAll(),
            Reply.AllKeysListed.class,
            reply ->
                ListKeysResponse.newBuilder()
                    .addAllKeys(reply.keys().stream().map(KeyEndpoint::key).toList())
                    .build())
        .unary(
            KeyServiceGrpc.getRewrapClusterKeyMethod(),
            (_, _) -> new KeyCommand.RewrapCluster(),
            Reply.ClusterKeyRewrapped.class,
            reply -> RewrapClusterKeyResponse.newBuilder().putAllProblems(reply.problems()).build())
        .unary(
            KeyServiceGrpc.getReplaceClusterKeyMethod(),
            (_, _) -> new KeyCommand.ReplaceCluster(),
            Reply.ClusterKeyReplaced.class,
            reply ->
                ReplaceClusterKeyResponse.newBuilder()
                    .setGeneration(reply.generation())
                    .setKeysRewrapped(reply.keys())
                    .setGroupsRotated(reply.groups())
                    .build())
        .unary(
            KeyServiceGrpc.getRewrapTenantKeyMethod(),
            // Never the API key's default namespace, as for a delete.
            (request, _) ->
                new KeyCommand.RewrapTenant(
                    Fields.namespace(request.getNamespace(), null),
                    Fields.optional(request.getCustomerKey())),
            Reply.TenantKeyRewrapped.class,
            reply ->
                RewrapTenantKeyResponse.newBuilder()
                    .setNamespace(reply.root().toString())
                    .setCustomerKey(reply.customerKey())
                    .build())
        .build();
  }

  private static Key key(KeyInfo info) {
    Key.Builder key =
        Key.newBuilder()
            .setKind(KeyKind.valueOf("KEY_KIND_" + info.kind()))
            .setName(info.name())
            .setCount(info.count())
            .setOpens(info.opens())
            .setWrappedBy(info.wrappedBy())
            .setState(KeyState.valueOf("KEY_STATE_" + info.state()));
    Instant made = info.madeAt();
    if (made != null) {
      key.setMadeAt(Fields.timestamp(made));
    }
    Instant wrapped = info.wrappedAt();
    if (wrapped != null) {
      key.setWrappedAt(Fields.timestamp(wrapped));
    }
    Instant due = info.dueAt();
    if (due != null) {
      key.setDueAt(Fields.timestamp(due));
    }
    return key.build();
  }
}
