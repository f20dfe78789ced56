package io.rekindle.node.endpoint.grpc;

import io.grpc.BindableService;
import io.grpc.ServerServiceDefinition;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.AccessCommand;
import io.rekindle.node.model.ApiKeyId;
import io.rekindle.node.model.GrantSpec;
import io.rekindle.node.model.KeyScope;
import io.rekindle.node.model.Limits;
import io.rekindle.node.model.NamespacePath;
import io.rekindle.node.model.Reply;
import io.rekindle.v1.AccessServiceGrpc;
import io.rekindle.v1.AddGrantRequest;
import io.rekindle.v1.AddGrantResponse;
import io.rekindle.v1.CreateApiKeyRequest;
import io.rekindle.v1.CreateApiKeyResponse;
import io.rekindle.v1.Grant;
import io.rekindle.v1.ListApiKeysRequest;
import io.rekindle.v1.ListApiKeysResponse;
import io.rekindle.v1.RemoveGrantRequest;
import io.rekindle.v1.RemoveGrantResponse;
import io.rekindle.v1.RevokeApiKeyRequest;
import io.rekindle.v1.RevokeApiKeyResponse;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code rekindle.v1.AccessService}. The key's default namespace never stands in here. */
final class AccessEndpoint implements BindableService {
  private final CallContext context;

  AccessEndpoint(CallContext context) {
    this.context = context;
  }

  @Override
  public ServerServiceDefinition bindService() {
    return new GateCalls(AccessServiceGrpc.getServiceDescriptor(), context)
        .unary(
            AccessServiceGrpc.getCreateApiKeyMethod(),
            AccessEndpoint::create,
            Reply.KeyCreated.class,
            reply ->
                CreateApiKeyResponse.newBuilder()
                    .setApiKey(ApiKeyMessage.of(reply.key()))
                    .setSecret(reply.secretText())
                    .build())
        .unary(
            AccessServiceGrpc.getListApiKeysMethod(),
            AccessEndpoint::list,
            Reply.KeysListed.class,
            AccessEndpoint::listed)
        .unary(
            AccessServiceGrpc.getRevokeApiKeyMethod(),
            AccessEndpoint::revoke,
            Reply.KeyReply.class,
            reply ->
                RevokeApiKeyResponse.newBuilder().setApiKey(ApiKeyMessage.of(reply.key())).build())
        .unary(
            AccessServiceGrpc.getAddGrantMethod(),
            AccessEndpoint::addGrant,
            Reply.KeyReply.class,
            reply -> AddGrantResponse.newBuilder().setApiKey(ApiKeyMessage.of(reply.key())).build())
        .unary(
            AccessServiceGrpc.getRemoveGrantMethod(),
            AccessEndpoint::removeGrant,
            Reply.KeyReply.class,
            reply ->
                RemoveGrantResponse.newBuilder().setApiKey(ApiKeyMessage.of(reply.key())).build())
        .build();
  }

  private static AccessCommand create(
      CreateApiKeyRequest request, @Nullable NamespacePath namespace) {
    Limits.requireAtMost(
        "grants", request.getGrantsCount(), AccessCommand.CreateKey.GRANTS_MAX, "grants");
    return new AccessCommand.CreateKey(
        request.getDisplayName(),
        scope(request.getScope()),
        request.getAgentId(),
        Fields.optionalNamespace(request.getDefaultNamespace()),
        request.hasExpiresAt() ? Fields.instant("expires_at", request.getExpiresAt()) : null,
        request.getGrantsList().stream().map(AccessEndpoint::grant).toList());
  }

  private static AccessCommand list(ListApiKeysRequest request, @Nullable NamespacePath namespace) {
    return new AccessCommand.ListKeys(
        request.getPageSize(), Fields.optional(request.getPageToken()));
  }

  private static AccessCommand revoke(
      RevokeApiKeyRequest request, @Nullable NamespacePath namespace) {
    return new AccessCommand.RevokeKey(new ApiKeyId(request.getApiKeyId()));
  }

  private static AccessCommand addGrant(
      AddGrantRequest request, @Nullable NamespacePath namespace) {
    requireGrant(request.hasGrant());
    return new AccessCommand.AddGrant(
        new ApiKeyId(request.getApiKeyId()), grant(request.getGrant()));
  }

  private static AccessCommand removeGrant(
      RemoveGrantRequest request, @Nullable NamespacePath namespace) {
    requireGrant(request.hasGrant());
    return new AccessCommand.RemoveGrant(
        new ApiKeyId(request.getApiKeyId()), grant(request.getGrant()));
  }

  /** An absent grant must not mean the root, which an empty one means. */
  private static void requireGrant(boolean given) {
    if (!given) {
      throw RekindleException.invalid("grant", "a grant must be given");
    }
  }

  private static GrantSpec grant(Grant grant) {
    return new GrantSpec(
        Fields.optionalNamespace(grant.getNamespace()),
        grant.getCondition(),
        Set.copyOf(grant.getActionsList()));
  }

  private static KeyScope scope(io.rekindle.v1.KeyScope scope) {
    return switch (scope) {
      case KEY_SCOPE_READ_ONLY -> KeyScope.READ_ONLY;
      case KEY_SCOPE_READ_WRITE -> KeyScope.READ_WRITE;
      case KEY_SCOPE_ADMIN -> KeyScope.ADMIN;
      case KEY_SCOPE_UNSPECIFIED, UNRECOGNIZED -> throw Fields.unknownValue("scope");
    };
  }

  private static ListApiKeysResponse listed(Reply.KeysListed reply) {
    ListApiKeysResponse.Builder response =
        ListApiKeysResponse.newBuilder()
            .addAllApiKeys(reply.keys().stream().map(ApiKeyMessage::of).toList());
    String next = reply.nextPage();
    return (next == null ? response : response.setNextPageToken(next)).build();
  }
}
