package io.rekindle.node.endpoint.grpc;

import io.grpc.BindableService;
import io.grpc.ServerServiceDefinition;
import io.rekindle.node.model.Distance;
import io.rekindle.node.model.EmbeddingModelId;
import io.rekindle.node.model.Limits;
import io.rekindle.node.model.NamespaceCommand;
import io.rekindle.node.model.NamespacePath;
import io.rekindle.node.model.NamespaceSettings;
import io.rekindle.node.model.NewNamespace;
import io.rekindle.node.model.Reply;
import io.rekindle.node.model.WordLanguage;
import io.rekindle.v1.CreateNamespaceRequest;
import io.rekindle.v1.CreateNamespaceResponse;
import io.rekindle.v1.DeleteNamespaceRequest;
import io.rekindle.v1.DeleteNamespaceResponse;
import io.rekindle.v1.GetNamespaceRequest;
import io.rekindle.v1.GetNamespaceResponse;
import io.rekindle.v1.ListNamespacesRequest;
import io.rekindle.v1.ListNamespacesResponse;
import io.rekindle.v1.Namespace;
import io.rekindle.v1.NamespaceServiceGrpc;
import org.jspecify.annotations.Nullable;

/** {@code rekindle.v1.NamespaceService}. */
final class NamespaceEndpoint implements BindableService {
  private final CallContext context;

  NamespaceEndpoint(CallContext context) {
    this.context = context;
  }

  @Override
  public ServerServiceDefinition bindService() {
    return new GateCalls(NamespaceServiceGrpc.getServiceDescriptor(), context)
        .unary(
            NamespaceServiceGrpc.getCreateNamespaceMethod(),
            NamespaceEndpoint::create,
            Reply.NamespaceReply.class,
            reply -> CreateNamespaceResponse.newBuilder().setNamespace(message(reply)).build())
        .unary(
            NamespaceServiceGrpc.getGetNamespaceMethod(),
            NamespaceEndpoint::get,
            Reply.NamespaceReply.class,
            reply -> GetNamespaceResponse.newBuilder().setNamespace(message(reply)).build())
        .unary(
            NamespaceServiceGrpc.getListNamespacesMethod(),
            NamespaceEndpoint::list,
            Reply.NamespacesListed.class,
            NamespaceEndpoint::listed)
        .unary(
            NamespaceServiceGrpc.getDeleteNamespaceMethod(),
            NamespaceEndpoint::delete,
            Reply.NamespaceDeleted.class,
            reply ->
                DeleteNamespaceResponse.newBuilder()
                    .setMemoriesDeleted(reply.memoriesDeleted())
                    .build())
        .build();
  }

  private static NamespaceCommand create(
      CreateNamespaceRequest request, @Nullable NamespacePath namespace) {
    Namespace wanted = request.getNamespace();
    EmbeddingModelId model =
        wanted.getEmbeddingModel().isEmpty()
            ? EmbeddingModelId.BGE_SMALL_EN
            : new EmbeddingModelId(wanted.getEmbeddingModel());
    Limits.requireAtMost(
        "declared_paths", wanted.getDeclaredPathsCount(), Limits.DECLARED_PATHS_MAX, "paths");
    return new NamespaceCommand.Create(
        Fields.namespace(wanted.getNamespace(), namespace),
        new NewNamespace(
            model,
            wanted.getDimensions(),
            distance(wanted.getDistance()),
            wanted.getDeclaredPathsList(),
            wanted.getDedupeContent(),
            wanted.getSlices() == 0 ? 1 : wanted.getSlices(),
            wordLanguage(wanted.getWordLanguage())),
        Fields.optional(wanted.getCustomerKey()));
  }

  private static NamespaceCommand get(
      GetNamespaceRequest request, @Nullable NamespacePath namespace) {
    return new NamespaceCommand.Get(Fields.namespace(request.getNamespace(), namespace));
  }

  private static NamespaceCommand list(
      ListNamespacesRequest request, @Nullable NamespacePath namespace) {
    return new NamespaceCommand.ListPage(
        Fields.optionalNamespace(request.getBelow()),
        request.getPageSize(),
        Fields.optional(request.getPageToken()));
  }

  /** Never the key's default: a delete of so much is named. */
  private static NamespaceCommand delete(
      DeleteNamespaceRequest request, @Nullable NamespacePath namespace) {
    return new NamespaceCommand.Delete(
        Fields.namespace(request.getNamespace(), null), request.getWithMemories());
  }

  private static ListNamespacesResponse listed(Reply.NamespacesListed reply) {
    ListNamespacesResponse.Builder response =
        ListNamespacesResponse.newBuilder()
            .addAllNamespaces(reply.namespaces().stream().map(NamespaceEndpoint::message).toList());
    String next = reply.nextPage();
    return (next == null ? response : response.setNextPageToken(next)).build();
  }

  private static Namespace message(Reply.NamespaceReply reply) {
    io.rekindle.node.model.Namespace namespace = reply.namespace();
    String customerKey = reply.customerKey();
    NamespaceSettings settings = namespace.settings();
    return Namespace.newBuilder()
        .setNamespace(namespace.path().toString())
        .setEmbeddingModel(settings.embeddingModel().value())
        .setDimensions(settings.dimensions())
        .setDistance(
            switch (settings.distance()) {
              case COSINE -> io.rekindle.v1.Distance.DISTANCE_COSINE;
              case DOT -> io.rekindle.v1.Distance.DISTANCE_DOT;
              case L2 -> io.rekindle.v1.Distance.DISTANCE_L2;
            })
        .addAllDeclaredPaths(settings.declaredPaths())
        .setDedupeContent(settings.dedupeContent())
        .setSlices(settings.slices())
        .setWordLanguage(message(settings.wordLanguage()))
        .setCreatedAt(Fields.timestamp(namespace.createdAt()))
        .setVersion(namespace.version())
        .setCustomerKey(customerKey == null ? "" : customerKey)
        .build();
  }

  private static @Nullable Distance distance(io.rekindle.v1.Distance distance) {
    return switch (distance) {
      case DISTANCE_UNSPECIFIED -> null;
      case DISTANCE_COSINE -> Distance.COSINE;
      case DISTANCE_DOT -> Distance.DOT;
      case DISTANCE_L2 -> Distance.L2;
      case UNRECOGNIZED -> throw Fields.unknownValue("distance");
    };
  }

  private static WordLanguage wordLanguage(io.rekindle.v1.WordLanguage language) {
    return switch (language) {
      case WORD_LANGUAGE_UNSPECIFIED -> WordLanguage.ENGLISH;
      case WORD_LANGUAGE_ENGLISH -> WordLanguage.ENGLISH;
      case WORD_LANGUAGE_ANY -> WordLanguage.ANY;
      case WORD_LANGUAGE_ARABIC -> WordLanguage.ARABIC;
      case WORD_LANGUAGE_CJK -> WordLanguage.CJK;
      case WORD_LANGUAGE_DANISH -> WordLanguage.DANISH;
      case WORD_LANGUAGE_DUTCH -> WordLanguage.DUTCH;
      case WORD_LANGUAGE_FINNISH -> WordLanguage.FINNISH;
      case WORD_LANGUAGE_FRENCH -> WordLanguage.FRENCH;
      case WORD_LANGUAGE_GERMAN -> WordLanguage.GERMAN;
      case WORD_LANGUAGE_HINDI -> WordLanguage.HINDI;
      case WORD_LANGUAGE_ITALIAN -> WordLanguage.ITALIAN;
      case WORD_LANGUAGE_NORWEGIAN -> WordLanguage.NORWEGIAN;
      case WORD_LANGUAGE_PORTUGUESE -> WordLanguage.PORTUGUESE;
      case WORD_LANGUAGE_RUSSIAN -> WordLanguage.RUSSIAN;
      case WORD_LANGUAGE_SPANISH -> WordLanguage.SPANISH;
      case WORD_LANGUAGE_SWEDISH -> WordLanguage.SWEDISH;
      case UNRECOGNIZED -> throw Fields.unknownValue("word_language");
    };
  }

  private static io.rekindle.v1.WordLanguage message(WordLanguage language) {
    return io.rekindle.v1.WordLanguage.valueOf("WORD_LANGUAGE_" + language.name());
  }
}
