package io.rekindle.node.bootstrap;

import static io.rekindle.node.endpoint.grpc.GrpcTestDoor.call;

import io.grpc.Channel;
import io.rekindle.node.endpoint.grpc.GrpcTenants;
import io.rekindle.node.endpoint.grpc.GrpcTestDoor;
import io.rekindle.v1.AccessServiceGrpc;
import io.rekindle.v1.AgentStateServiceGrpc;
import io.rekindle.v1.AuditRecord;
import io.rekindle.v1.AuditServiceGrpc;
import io.rekindle.v1.EmbeddingStatus;
import io.rekindle.v1.GetAgentStateRequest;
import io.rekindle.v1.ListApiKeysRequest;
import io.rekindle.v1.ListAuditRecordsRequest;
import io.rekindle.v1.ListMemoriesRequest;
import io.rekindle.v1.ListNamespacesRequest;
import io.rekindle.v1.Memory;
import io.rekindle.v1.MemoryServiceGrpc;
import io.rekindle.v1.Namespace;
import io.rekindle.v1.NamespaceServiceGrpc;
import io.rekindle.v1.SearchMemoriesRequest;
import io.rekindle.v1.SearchMode;
import io.rekindle.v1.SetAgentStateRequest;
import io.rekindle.v1.StoreMemoryRequest;
import io.rekindle.v1.VerifyAuditRequest;
import io.rekindle.v1.VerifyAuditResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What a cluster's customers have put into it, and how all of it is read. */
final class Tenancy implements AutoCloseable {
  static final String MEANING = "tenants/meaning";
  static final String OWN = "tenants/own";
  private static final String AGENT = "an-agent";

  private final GrpcTestDoor door;
  private final Channel admin;

  Tenancy(int port, Path folder, String adminKey) {
    door = new GrpcTestDoor(port, folder.resolve("tls/server-ca.crt"));
    admin = door.channel(adminKey);
  }

  Channel admin() {
    return admin;
  }

  /** Two namespaces with memories, states and keys; returns when all is embedded. */
  void fill(Canaries canaries) {
    GrpcTenants tenants = new GrpcTenants(admin);
    tenants.create(
        Namespace.newBuilder().setNamespace(MEANING).setEmbeddingModel("all-minilm-l6-v2").build());
    tenants.external(OWN, true);
    store(MEANING, "The customer asked for a refund, " + canaries.text("refund"));
    store(MEANING, "The database migration timed out, " + canaries.text("migration"));
    store(MEANING, "Every afternoon the team drinks green tea, " + canaries.text("tea"));
    for (int i = 0; i < 40; i++) {
      storeOwn("own " + i + " " + canaries.text("own"), i);
    }
    for (int i = 0; i < 10; i++) {
      setState("key-" + i, "{\"n\":\"" + canaries.text("state") + i + "\"}");
    }
    var _ = tenants.key(AGENT, GrpcTenants.grant(MEANING, "tags:x"));
    while (!memories(MEANING).values().stream()
        .allMatch(it -> it.getEmbeddingStatus() == EmbeddingStatus.EMBEDDING_STATUS_EMBEDDED)) {
      Thread.onSpinWait();
    }
  }

  void store(String namespace, String content) {
    store(namespace, Memory.newBuilder().setContent(content).build());
  }

  private void storeOwn(String content, int number) {
    store(
        OWN,
        Memory.newBuilder()
            .setContent(content)
            .setExternalKey("external " + number)
            .addAllVector(List.of(1f, number / 40f, 0f, 0f))
            .build());
  }

  private void store(String namespace, Memory memory) {
    var _ =
        call(
            () ->
                MemoryServiceGrpc.newBlockingStub(admin)
                    .storeMemory(
                        StoreMemoryRequest.newBuilder()
                            .setNamespace(namespace)
                            .setMemory(memory)
                            .build()));
  }

  void setState(String key, String value) {
    var _ =
        call(
            () ->
                AgentStateServiceGrpc.newBlockingStub(admin)
                    .setAgentState(
                        SetAgentStateRequest.newBuilder()
                            .setNamespace(OWN)
                            .setAgentId(AGENT)
                            .setKey(key)
                            .setValue(value)
                            .build()));
  }

  /** Everything there is but access counts, as text, by what it is. */
  Map<String, String> everything() {
    Map<String, String> all = new TreeMap<>();
    for (String namespace : List.of(MEANING, OWN)) {
      memories(namespace)
          .forEach(
              (id, memory) ->
                  all.put(
                      id,
                      memory.toBuilder()
                          .clearAccessCount()
                          .clearLastAccessedAt()
                          .build()
                          .toString()));
    }
    for (int i = 0; i < 10; i++) {
      String key = "key-" + i;
      all.put(
          key,
          call(() ->
                  AgentStateServiceGrpc.newBlockingStub(admin)
                      .getAgentState(
                          GetAgentStateRequest.newBuilder()
                              .setNamespace(OWN)
                              .setAgentId(AGENT)
                              .setKey(key)
                              .build()))
              .toString());
    }
    all.put(
        "namespaces",
        call(() ->
                NamespaceServiceGrpc.newBlockingStub(admin)
                    .listNamespaces(ListNamespacesRequest.getDefaultInstance()))
            .toString());
    all.put(
        "keys",
        call(() ->
                AccessServiceGrpc.newBlockingStub(admin)
                    .listApiKeys(ListApiKeysRequest.getDefaultInstance()))
            .toString());
    return all;
  }

  Map<String, Memory> memories(String namespace) {
    Map<String, Memory> memories = new TreeMap<>();
    call(() ->
            MemoryServiceGrpc.newBlockingStub(admin)
                .listMemories(
                    ListMemoriesRequest.newBuilder()
                        .addNamespaces(namespace)
                        .setPageSize(1_000)
                        .build()))
        .getMemoriesList()
        .forEach(memory -> memories.put(memory.getMemoryId(), memory));
    return memories;
  }

  /** The content of the best hit. */
  String best(SearchMode mode, String query) {
    return call(() ->
            MemoryServiceGrpc.newBlockingStub(admin)
                .searchMemories(
                    SearchMemoriesRequest.newBuilder()
                        .addNamespaces(MEANING)
                        .setMode(mode)
                        .setQuery(query)
                        .setTopK(1)
                        .build()))
        .getHits(0)
        .getMemory()
        .getContent();
  }

  /** Of a node's chain; of the asked one's for an empty id. */
  VerifyAuditResponse verify(String nodeId) {
    return call(
        () ->
            AuditServiceGrpc.newBlockingStub(admin)
                .verifyAudit(VerifyAuditRequest.newBuilder().setNodeId(nodeId).build()));
  }

  /** All records of a node's chain, newest first. */
  List<AuditRecord> records(String nodeId) {
    List<AuditRecord> records = new ArrayList<>();
    String page = "";
    do {
      ListAuditRecordsRequest request =
          ListAuditRecordsRequest.newBuilder()
              .setNodeId(nodeId)
              .setPageSize(100)
              .setPageToken(page)
              .build();
      var answer = call(() -> AuditServiceGrpc.newBlockingStub(admin).listAuditRecords(request));
      records.addAll(answer.getAuditRecordsList());
      page = answer.getNextPageToken();
    } while (!page.isEmpty());
    return records;
  }

  @Override
  public void close() {
    door.close();
  }
}
