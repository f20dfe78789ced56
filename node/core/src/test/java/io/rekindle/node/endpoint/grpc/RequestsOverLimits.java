package io.rekindle.node.endpoint.grpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import com.google.protobuf.Empty;
import com.google.protobuf.FieldMask;
import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import com.google.protobuf.UnknownFieldSet;
import io.grpc.MethodDescriptor;
import io.rekindle.v1.AccessServiceGrpc;
import io.rekindle.v1.AgentStateServiceGrpc;
import io.rekindle.v1.BatchDeleteMemoriesRequest;
import io.rekindle.v1.BatchStoreMemoriesRequest;
import io.rekindle.v1.CreateApiKeyRequest;
import io.rekindle.v1.CreateNamespaceRequest;
import io.rekindle.v1.DeleteMemoryItem;
import io.rekindle.v1.Grant;
import io.rekindle.v1.KeyScope;
import io.rekindle.v1.ListMemoriesRequest;
import io.rekindle.v1.Memory;
import io.rekindle.v1.MemoryServiceGrpc;
import io.rekindle.v1.Namespace;
import io.rekindle.v1.NamespaceServiceGrpc;
import io.rekindle.v1.QueryVector;
import io.rekindle.v1.SearchMemoriesRequest;
import io.rekindle.v1.SetAgentStateRequest;
import io.rekindle.v1.StoreMemoryItem;
import io.rekindle.v1.StoreMemoryRequest;
import io.rekindle.v1.UpdateMemoryRequest;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A request for every limit, and for every rule of a field, that is over it or breaks it. */
final class RequestsOverLimits {
  static final String NAMESPACE = "limits_" + UUID.randomUUID().toString().substring(0, 8);

  private RequestsOverLimits() {}

  /**
   * One request that is over one limit.
   *
   * @param limit null where a rule is no number
   */
  record Over(
      String what,
      MethodDescriptor<? extends Message, ?> method,
      Message request,
      String reason,
      String field,
      @Nullable String limit) {
    @Override
    public String toString() {
      return what;
    }
  }

  /** A rule that is no number has no limit to name. */
  private static Over over(
      String what,
      MethodDescriptor<? extends Message, ?> method,
      Message request,
      String field,
      @Nullable Long limit) {
    return limit == null
        ? new Over(what, method, request, "INVALID_ARGUMENT", field, null)
        : new Over(what, method, request, "LIMIT_EXCEEDED", field, limit.toString());
  }

  static Memory.Builder memory() {
    return Memory.newBuilder().setContent("x").addAllVector(List.of(1f, 0f, 0f, 0f));
  }

  static StoreMemoryRequest request(Memory.Builder memory) {
    return StoreMemoryRequest.newBuilder().setNamespace(NAMESPACE).setMemory(memory).build();
  }

  private static Over store(
      String what, Memory.Builder memory, String field, @Nullable Long limit) {
    return over(what, MemoryServiceGrpc.getStoreMemoryMethod(), request(memory), field, limit);
  }

  private static Over batch(
      String what, int items, UnaryOperator<Memory.Builder> item, Long limit) {
    StoreMemoryItem.Builder one = StoreMemoryItem.newBuilder().setMemory(item.apply(memory()));
    return over(
        what,
        MemoryServiceGrpc.getBatchStoreMemoriesMethod(),
        BatchStoreMemoriesRequest.newBuilder()
            .setNamespace(NAMESPACE)
            .addAllMemories(Collections.nCopies(items, one.build()))
            .build(),
        "memories",
        limit);
  }

  /** Of a memory that is not there: what is over a limit is told first. */
  private static Over update(
      String what, Memory.Builder memory, String field, @Nullable Long limit) {
    return over(
        what + " of an update",
        MemoryServiceGrpc.getUpdateMemoryMethod(),
        UpdateMemoryRequest.newBuilder()
            .setNamespace(NAMESPACE)
            .setMemory(memory.setMemoryId(UUID.randomUUID().toString()))
            .setUpdateMask(FieldMask.newBuilder().addPaths(field))
            .build(),
        field,
        limit);
  }

  private static Over create(
      String what, Namespace.Builder namespace, String field, @Nullable Long limit) {
    return over(
        what,
        NamespaceServiceGrpc.getCreateNamespaceMethod(),
        CreateNamespaceRequest.newBuilder().setNamespace(namespace).build(),
        field,
        limit);
  }

  private static Over create(
      String what, CreateApiKeyRequest.Builder key, String field, @Nullable Long limit) {
    return over(what, AccessServiceGrpc.getCreateApiKeyMethod(), key.build(), field, limit);
  }

  private static Over list(
      String what,
      UnaryOperator<ListMemoriesRequest.Builder> change,
      String field,
      @Nullable Long limit) {
    return over(
        what,
        MemoryServiceGrpc.getListMemoriesMethod(),
        change.apply(ListMemoriesRequest.newBuilder().addNamespaces(NAMESPACE)).build(),
        field,
        limit);
  }

  private static Over search(
      String what,
      UnaryOperator<SearchMemoriesRequest.Builder> change,
      String field,
      @Nullable Long limit) {
    SearchMemoriesRequest.Builder search =
        SearchMemoriesRequest.newBuilder()
            .addNamespaces(NAMESPACE)
            .setVector(QueryVector.newBuilder().addAllValues(List.of(1f, 0f, 0f, 0f)));
    return over(
        what,
        MemoryServiceGrpc.getSearchMemoriesMethod(),
        change.apply(search).build(),
        field,
        limit);
  }

  private static Over state(
      String what, String key, String value, String field, @Nullable Long limit) {
    return over(
        what,
        AgentStateServiceGrpc.getSetAgentStateMethod(),
        SetAgentStateRequest.newBuilder()
            .setNamespace(NAMESPACE)
            .setAgentId("a")
            .setKey(key)
            .setValue(value)
            .build(),
        field,
        limit);
  }

  private static String x(int count) {
    return "x".repeat(count);
  }

  private static List<String> names(int count, String before) {
    return IntStream.range(0, count).mapToObj(i -> before + i).toList();
  }

  private static String json(int depth) {
    return "{\"a\":".repeat(depth) + "1" + "}".repeat(depth);
  }

  /** A text of the field {@code content} that is not UTF-8. */
  private static Message invalidUtf8() {
    UnknownFieldSet memory =
        UnknownFieldSet.newBuilder()
            .addField(
                Memory.CONTENT_FIELD_NUMBER,
                UnknownFieldSet.Field.newBuilder()
                    .addLengthDelimited(ByteString.fromHex("ff"))
                    .build())
            .build();
    return Empty.newBuilder()
        .setUnknownFields(
            UnknownFieldSet.newBuilder()
                .addField(
                    StoreMemoryRequest.MEMORY_FIELD_NUMBER,
                    UnknownFieldSet.Field.newBuilder()
                        .addLengthDelimited(memory.toByteString())
                        .build())
                .build())
        .build();
  }

  static Stream<Over> all() {
    return Stream.of(memories(), updates(), embeddings(), requests(), filters(), administration())
        .flatMap(it -> it);
  }

  private static Stream<Over> memories() {
    return Stream.of(
        store("no content", memory().setContent(""), "content", null),
        store("content", memory().setContent(x(65_537)), "content", 65_536L),
        store("content in bytes", memory().setContent("\u00e9".repeat(32_769)), "content", 65_536L),
        store(
            "metadata", memory().setMetadata("{\"a\":\"" + x(16_384) + "\"}"), "metadata", 16_384L),
        store("depth of JSON", memory().setMetadata(json(9)), "metadata", 8L),
        store("very deep JSON", memory().setMetadata(json(2_000)), "metadata", 8L),
        store(
            "keys of JSON",
            memory()
                .setMetadata(
                    "{"
                        + String.join(",", names(257, "\"k").stream().map(k -> k + "\":1").toList())
                        + "}"),
            "metadata",
            256L),
        store("a key twice", memory().setMetadata("{\"a\":1,\"a\":2}"), "metadata", null),
        store("no JSON", memory().setMetadata("{"), "metadata", null),
        store("no object", memory().setMetadata("[1]"), "metadata", null),
        store("an infinite number", memory().setMetadata("{\"a\":1e999}"), "metadata", null),
        store("source", memory().setSource(x(257)), "source", 256L),
        store("external key", memory().setExternalKey(x(513)), "external_key", 512L),
        store("agent", memory().setAgentId(x(257)), "agent_id", 256L),
        store("session", memory().setSessionId(x(257)), "session_id", 256L),
        store("subject", memory().setSubjectId(x(257)), "subject_id", 256L),
        store("id", memory().setMemoryId("no-uuid"), "memory_id", null),
        store("type", memory().setMemoryType("Fact!"), "memory_type", null),
        store("tags", memory().addAllTags(names(33, "t")), "tags", 32L),
        store("a tag", memory().addTags(x(65)), "tags", 64L),
        store("an empty tag", memory().addTags(""), "tags", null),
        store("labels", memory().addAllPath(names(17, "l")), "path", 16L),
        store("a label", memory().addPath(x(257)), "path", 256L),
        store("importance", memory().setImportance(1.5f), "importance", null),
        store("importance, no number", memory().setImportance(Float.NaN), "importance", null),
        store("sensitivity", memory().setSensitivityValue(99), "sensitivity", null),
        store(
            "a time that is over",
            memory().setExpiresAt(Timestamp.newBuilder().setSeconds(1_000_000_000)),
            "expires_at",
            null),
        store(
            "no time",
            memory().setExpiresAt(Timestamp.newBuilder().setNanos(-1)),
            "expires_at",
            null));
  }

  /**
   * The fields that a patch has too: their limits are those of a store, checked in another place.
   */
  private static Stream<Over> updates() {
    return Stream.of(
        update("content", memory().setContent(x(65_537)), "content", 65_536L),
        update("no content", memory().setContent(""), "content", null),
        update("metadata", memory().setMetadata(json(9)), "metadata", 8L),
        update("source", memory().setSource(x(257)), "source", 256L),
        update("session", memory().setSessionId(x(257)), "session_id", 256L),
        update("subject", memory().setSubjectId(x(257)), "subject_id", 256L),
        update("type", memory().setMemoryType("Fact!"), "memory_type", null),
        update("tags", memory().addAllTags(names(33, "t")), "tags", 32L),
        update("labels", memory().addAllPath(names(17, "l")), "path", 16L),
        update("importance", memory().setImportance(Float.NaN), "importance", null),
        update("NaN", memory().setVector(2, Float.NaN), "vector", null));
  }

  private static Stream<Over> embeddings() {
    return Stream.of(
        store("NaN", memory().setVector(2, Float.NaN), "vector", null),
        store("infinity", memory().setVector(2, Float.POSITIVE_INFINITY), "vector", null),
        store("other dimensions", memory().addVector(1), "vector", null),
        store("one dimension", memory().clearVector().addVector(1), "vector", null),
        store("no vector", memory().clearVector(), "vector", null),
        store(
            "zeros", memory().clearVector().addAllVector(List.of(0f, 0f, 0f, 0f)), "vector", null),
        store(
            "dimensions",
            memory().clearVector().addAllVector(Collections.nCopies(4_097, 1f)),
            "vector",
            4_096L),
        search(
            "NaN to search by",
            it ->
                it.setVector(QueryVector.newBuilder().addAllValues(List.of(1f, Float.NaN, 0f, 0f))),
            "vector",
            null),
        search(
            "other dimensions to search by",
            it -> it.setVector(QueryVector.newBuilder().addAllValues(List.of(1f, 2f, 3f))),
            "vector",
            null));
  }

  private static Stream<Over> requests() {
    return Stream.of(
        batch("items", 1_001, it -> it, 1_000L),
        over(
            "items to delete",
            MemoryServiceGrpc.getBatchDeleteMemoriesMethod(),
            BatchDeleteMemoriesRequest.newBuilder()
                .setNamespace(NAMESPACE)
                .addAllMemories(
                    Collections.nCopies(
                        1_001,
                        DeleteMemoryItem.newBuilder()
                            .setMemoryId(UUID.randomUUID().toString())
                            .build()))
                .build(),
            "memories",
            1_000L),
        batch("bytes of a batch", 140, it -> it.setContent(x(60_000)), 8L << 20),
        over(
            "idempotency key",
            MemoryServiceGrpc.getStoreMemoryMethod(),
            request(memory()).toBuilder().setIdempotencyKey(x(129)).build(),
            "idempotency_key",
            128L),
        over(
            "invalid UTF-8",
            MemoryServiceGrpc.getStoreMemoryMethod(),
            invalidUtf8(),
            "request",
            null),
        state("key of a state", x(257), "1", "key", 256L),
        state("no key of a state", "", "1", "key", null),
        state("value of a state", "k", "\"" + x(65_535) + "\"", "value", 65_536L),
        state("depth of a state", "k", json(9), "value", 8L),
        state("a state's key twice", "k", "{\"a\":1,\"a\":2}", "value", null),
        search("top_k", it -> it.setTopK(1_001), "top_k", 1_000L),
        search("negative top_k", it -> it.setTopK(-1), "top_k", null),
        search("query", it -> it.setQuery(x(65_537)), "query", 65_536L),
        search("min_score", it -> it.setMinScore(Float.NaN), "min_score", null),
        search("recall_target", it -> it.setRecallTarget(0.49), "recall_target", null),
        search("recall_target over 1", it -> it.setRecallTarget(1.01), "recall_target", null),
        search("no recall_target", it -> it.setRecallTarget(Double.NaN), "recall_target", null),
        search("wait_for", it -> it.addAllWaitFor(names(101, "t")), "wait_for", 100L),
        search("no wait token", it -> it.addWaitFor("t"), "wait_for[0]", null),
        search(
            "wait_timeout",
            it -> it.addWaitFor("t").setWaitTimeout(Duration.newBuilder().setSeconds(61)),
            "wait_timeout",
            60_000L),
        search(
            "negative wait_timeout",
            it -> it.setWaitTimeout(Duration.newBuilder().setSeconds(-1)),
            "wait_timeout",
            null),
        list("page_size", it -> it.setPageSize(1_001), "page_size", 1_000L),
        list("negative page_size", it -> it.setPageSize(-1), "page_size", null),
        list("namespaces", it -> it.addAllNamespaces(names(64, "n")), "namespaces", 64L),
        list(
            "a namespace again and again",
            it -> it.addAllNamespaces(Collections.nCopies(64, NAMESPACE)),
            "namespaces",
            64L),
        list("segments", it -> it.setNamespaces(0, "a/a/a/a/a/a/a/a/a"), "namespace", 8L),
        list("a segment", it -> it.setNamespaces(0, "Upper"), "namespace", null),
        list("a long segment", it -> it.setNamespaces(0, x(64)), "namespace", null),
        list("two prefixes", it -> it.addNamespaces("a/**"), "namespace", null));
  }

  private static Stream<Over> administration() {
    Namespace.Builder namespace =
        Namespace.newBuilder().setNamespace(NAMESPACE + "/new").setEmbeddingModel("external");
    Grant grant = GrpcTenants.grant(NAMESPACE, "");
    CreateApiKeyRequest.Builder key =
        CreateApiKeyRequest.newBuilder()
            .setDisplayName("a key")
            .setScope(KeyScope.KEY_SCOPE_READ_ONLY)
            .addGrants(grant);
    return Stream.of(
        create(
            "declared paths",
            namespace.clone().setDimensions(4).addAllDeclaredPaths(names(17, "p")),
            "declared_paths",
            16L),
        create("dimensions over all", namespace.clone().setDimensions(4_097), "dimensions", null),
        create("slices", namespace.clone().setDimensions(4).setSlices(128), "slices", null),
        create("odd slices", namespace.clone().setDimensions(4).setSlices(3), "slices", null),
        create("a key's name", key.clone().setDisplayName(x(257)), "display_name", 256L),
        create("grants", key.clone().addAllGrants(Collections.nCopies(256, grant)), "grants", 256L),
        create("no grants", key.clone().clearGrants(), "grants", null),
        create(
            "condition",
            key.clone().setGrants(0, GrpcTenants.grant(NAMESPACE, "tags:\"" + x(4_096) + "\"")),
            "condition",
            4_096L));
  }

  private static Stream<Over> filters() {
    return Stream.of(
        list("filter", it -> it.setFilter("tags:\"" + x(4_096) + "\""), "filter", 4_096L),
        list(
            "depth of a filter",
            it -> it.setFilter("(".repeat(17) + "version = 1" + ")".repeat(17)),
            "filter",
            16L),
        list(
            "terms of a filter",
            it -> it.setFilter(String.join(" AND ", Collections.nCopies(65, "version = 1"))),
            "filter",
            64L),
        list("an unknown field", it -> it.setFilter("colour = 1"), "filter", null),
        search("a broken filter", it -> it.setFilter("version ="), "filter", null));
  }
}
