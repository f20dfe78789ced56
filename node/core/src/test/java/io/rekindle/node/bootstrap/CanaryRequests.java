package io.rekindle.node.bootstrap;

import static io.rekindle.node.endpoint.grpc.GrpcTenants.grant;

import com.google.common.primitives.Floats;
import com.google.protobuf.FieldMask;
import io.grpc.Channel;
import io.rekindle.node.endpoint.grpc.GrpcTenants;
import io.rekindle.node.endpoint.grpc.GrpcTestDoor;
import io.rekindle.v1.AgentStateServiceGrpc;
import io.rekindle.v1.BatchStoreMemoriesRequest;
import io.rekindle.v1.DeleteMemoryRequest;
import io.rekindle.v1.Distance;
import io.rekindle.v1.GetMemoryRequest;
import io.rekindle.v1.ListAgentStatesRequest;
import io.rekindle.v1.ListMemoriesRequest;
import io.rekindle.v1.Memory;
import io.rekindle.v1.MemoryServiceGrpc;
import io.rekindle.v1.MemoryServiceGrpc.MemoryServiceBlockingStub;
import io.rekindle.v1.Namespace;
import io.rekindle.v1.QueryVector;
import io.rekindle.v1.SearchMemoriesRequest;
import io.rekindle.v1.SearchMemoriesResponse;
import io.rekindle.v1.SetAgentStateRequest;
import io.rekindle.v1.StoreMemoryItem;
import io.rekindle.v1.StoreMemoryRequest;
import io.rekindle.v1.UpdateMemoryRequest;
import java.util.List;

/** Sends canaries in every field that a caller can fill, by requests that are answered. */
final class CanaryRequests {
  private final Canaries canaries;
  private final Channel admin;
  private final String external;
  private final String model;
  private final String apiKey;
  private final MemoryServiceBlockingStub memories;

  /** Makes two namespaces, below one that is named after {@code round}, and a key for them. */
  CanaryRequests(GrpcTestDoor door, String adminKey, Canaries canaries, String round) {
    this.canaries = canaries;
    this.admin = door.channel(adminKey);
    this.external = canaries.text(round) + "/external";
    this.model = canaries.text(round) + "/model";
    GrpcTenants tenants = new GrpcTenants(admin);
    tenants.create(
        Namespace.newBuilder()
            .setNamespace(external)
            .setEmbeddingModel("external")
            .setDimensions(4)
            .setDistance(Distance.DISTANCE_DOT)
            .setDedupeContent(true)
            .addDeclaredPaths(canaries.text("declared_path"))
            .build());
    tenants.create(Namespace.newBuilder().setNamespace(model).build());
    String condition = "memory_type = \"a\" OR tags:\"" + canaries.text("tag") + "\"";
    this.apiKey =
        tenants.key(canaries.text("agent_id"), grant(external, condition), grant(model, condition));
    this.memories = MemoryServiceGrpc.newBlockingStub(door.channel(apiKey));
  }

  /** The key that the canaries were sent with. */
  String apiKey() {
    return apiKey;
  }

  /** The namespace of callers' own vectors. */
  String external() {
    return external;
  }

  /** The namespace whose texts the node embeds. */
  String model() {
    return model;
  }

  void send() {
    String id = store(external, "first");
    store(model, "embedded");
    var _ = memories.storeMemory(request(external, "first"));
    var _ = memories.batchStoreMemories(batch());
    var _ =
        memories.updateMemory(update(id, "content", "metadata", "tags", "subject_id", "source"));
    read(id);
    states();
    var _ =
        memories.deleteMemory(
            DeleteMemoryRequest.newBuilder()
                .setNamespace(external)
                .setMemoryId(id)
                .setIdempotencyKey(canaries.text("delete_idempotency"))
                .build());
  }

  /** Searches by meaning; the stored text is there when it has been embedded. */
  SearchMemoriesResponse search() {
    return memories.searchMemories(
        SearchMemoriesRequest.newBuilder()
            .addNamespaces(model)
            .setQuery("what about " + canaries.text("query"))
            .setFilter("tags:\"" + canaries.text("tag") + "\"")
            .build());
  }

  private String store(String namespace, String name) {
    return memories.storeMemory(request(namespace, name)).getMemory().getMemoryId();
  }

  StoreMemoryRequest request(String namespace, String name) {
    return StoreMemoryRequest.newBuilder()
        .setNamespace(namespace)
        .setMemory(memory(namespace, name))
        .setIdempotencyKey(canaries.text(name + "_idempotency"))
        .build();
  }

  Memory memory(String namespace, String name) {
    Memory.Builder memory =
        Memory.newBuilder()
            .setExternalKey(canaries.text(name + "_external_key"))
            .addPath(canaries.text("path"))
            .setAgentId(canaries.text("agent_id"))
            .setSessionId(canaries.text("session_id"))
            .setSubjectId(canaries.text("subject_id"))
            .setMemoryType(canaries.text("type").substring(0, 22))
            .addTags(canaries.text("tag"))
            // Long enough to be compressed, and for more than one page.
            .setContent((canaries.text("content_" + name) + " \u00e9\u4f60 ").repeat(300))
            .setMetadata(
                "{\"%s\":\"%s\",\"%s\":{\"deep\":[1,\"%s\"]}}"
                    .formatted(
                        canaries.text("metadata_key"),
                        canaries.text("metadata_value"),
                        canaries.text("declared_path"),
                        canaries.text("metadata_deep")))
            .setSource(canaries.text("source"));
    if (namespace.equals(external)) {
      memory.addAllVector(Floats.asList(canaries.vector()));
    }
    return memory.build();
  }

  private BatchStoreMemoriesRequest batch() {
    BatchStoreMemoriesRequest.Builder batch =
        BatchStoreMemoriesRequest.newBuilder().setNamespace(external);
    for (int i = 0; i < 20; i++) {
      // The last one's external key is taken: it fails alone.
      String name = "item" + (i == 19 ? 0 : i);
      batch.addMemories(
          StoreMemoryItem.newBuilder()
              .setMemory(memory(external, name).toBuilder().setContent(canaries.text("c" + i)))
              .setIdempotencyKey(canaries.text("batch" + i)));
    }
    return batch.build();
  }

  UpdateMemoryRequest update(String id, String... fields) {
    return UpdateMemoryRequest.newBuilder()
        .setNamespace(external)
        .setMemory(
            memory(external, "updated").toBuilder().setMemoryId(id).addTags(canaries.text("new")))
        .setUpdateMask(FieldMask.newBuilder().addAllPaths(List.of(fields)).addPaths("vector"))
        .setIdempotencyKey(canaries.text("update_idempotency"))
        .build();
  }

  private void read(String id) {
    var _ =
        memories.getMemory(
            GetMemoryRequest.newBuilder().setNamespace(external).setMemoryId(id).build());
    for (String field : List.of("agent_id", "session_id", "path", "tags", "metadata.x")) {
      String operator = field.equals("tags") ? ":" : " = ";
      String filter = field + operator + "\"" + canaries.text("filter_value") + "\"";
      var _ =
          GrpcTestDoor.call(
              () -> field.equals("path") ? null : memories.listMemories(list(filter)));
    }
    var _ =
        memories.searchMemories(
            SearchMemoriesRequest.newBuilder()
                .addNamespaces(external)
                .setVector(QueryVector.newBuilder().addAllValues(Floats.asList(canaries.vector())))
                .build());
    var _ = search();
  }

  ListMemoriesRequest list(String filter) {
    return ListMemoriesRequest.newBuilder().addNamespaces(external).setFilter(filter).build();
  }

  private void states() {
    var states = AgentStateServiceGrpc.newBlockingStub(admin);
    var _ =
        states.setAgentState(
            SetAgentStateRequest.newBuilder()
                .setNamespace(external)
                .setAgentId(canaries.text("state_agent"))
                .setKey(canaries.text("state_key"))
                .setValue("{\"%s\":1}".formatted(canaries.text("state_value")))
                .setSubjectId(canaries.text("state_subject"))
                .setIdempotencyKey(canaries.text("state_idempotency"))
                .build());
    var _ =
        states.listAgentStates(ListAgentStatesRequest.newBuilder().setNamespace(external).build());
  }
}
