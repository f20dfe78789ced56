package io.rekindle.node.bootstrap;

import com.google.protobuf.FieldMask;
import io.grpc.Channel;
import io.rekindle.node.endpoint.grpc.GrpcTenants;
import io.rekindle.node.endpoint.grpc.GrpcTestDoor;
import io.rekindle.v1.AccessServiceGrpc;
import io.rekindle.v1.AuditRecord;
import io.rekindle.v1.AuditServiceGrpc;
import io.rekindle.v1.DeleteMemoryRequest;
import io.rekindle.v1.GetMemoryRequest;
import io.rekindle.v1.KeyScope;
import io.rekindle.v1.ListAuditRecordsRequest;
import io.rekindle.v1.ListAuditRecordsResponse;
import io.rekindle.v1.ListMemoriesRequest;
import io.rekindle.v1.ListMemoriesResponse;
import io.rekindle.v1.Memory;
import io.rekindle.v1.MemoryServiceGrpc;
import io.rekindle.v1.QueryVector;
import io.rekindle.v1.RevokeApiKeyRequest;
import io.rekindle.v1.SearchHit;
import io.rekindle.v1.SearchMemoriesRequest;
import io.rekindle.v1.StoreMemoryRequest;
import io.rekindle.v1.StoreMemoryResponse;
import io.rekindle.v1.UpdateMemoryRequest;
import io.rekindle.v1.VerifyAuditRequest;
import java.util.ArrayList;
import java.util.List;

/** What the tests of disasters ask of a node, as its administrator, over real connections. */
final class DoorClient implements AutoCloseable {
  private static final int PAGE_SIZE = 1_000;

  private final GrpcTestDoor door;
  private final Channel channel;
  private final MemoryServiceGrpc.MemoryServiceBlockingStub memories;
  private final AuditServiceGrpc.AuditServiceBlockingStub audit;

  DoorClient(NodeChild node) {
    door = new GrpcTestDoor(node.port(), node.folder().resolve("tls/server-ca.crt"));
    channel = door.channel(node.adminKey());
    memories = MemoryServiceGrpc.newBlockingStub(channel);
    audit = AuditServiceGrpc.newBlockingStub(channel);
  }

  GrpcTenants tenants() {
    return new GrpcTenants(channel);
  }

  /** Makes an API key that nobody uses; returns its id. */
  String createKey() {
    return GrpcTenants.idOf(
        tenants().create(KeyScope.KEY_SCOPE_READ_ONLY, "", GrpcTenants.grant("crash", "")));
  }

  void revokeKey(String apiKeyId) {
    RevokeApiKeyRequest request = RevokeApiKeyRequest.newBuilder().setApiKeyId(apiKeyId).build();
    var _ =
        GrpcTestDoor.call(() -> AccessServiceGrpc.newBlockingStub(channel).revokeApiKey(request));
  }

  StoreMemoryResponse store(String namespace, Memory memory, String idempotencyKey) {
    StoreMemoryRequest request =
        StoreMemoryRequest.newBuilder()
            .setNamespace(namespace)
            .setMemory(memory)
            .setIdempotencyKey(idempotencyKey)
            .build();
    return GrpcTestDoor.call(() -> memories.storeMemory(request));
  }

  /** Replaces content and vector. */
  Memory update(String namespace, Memory memory, String idempotencyKey) {
    UpdateMemoryRequest request =
        UpdateMemoryRequest.newBuilder()
            .setNamespace(namespace)
            .setMemory(memory)
            .setUpdateMask(FieldMask.newBuilder().addPaths("content").addPaths("vector"))
            .setIdempotencyKey(idempotencyKey)
            .build();
    return GrpcTestDoor.call(() -> memories.updateMemory(request)).getMemory();
  }

  void delete(String namespace, String memoryId) {
    DeleteMemoryRequest request =
        DeleteMemoryRequest.newBuilder().setNamespace(namespace).setMemoryId(memoryId).build();
    var _ = GrpcTestDoor.call(() -> memories.deleteMemory(request));
  }

  Memory get(String namespace, String memoryId) {
    GetMemoryRequest request =
        GetMemoryRequest.newBuilder().setNamespace(namespace).setMemoryId(memoryId).build();
    return GrpcTestDoor.call(() -> memories.getMemory(request)).getMemory();
  }

  Memory getByExternalKey(String namespace, String externalKey) {
    GetMemoryRequest request =
        GetMemoryRequest.newBuilder().setNamespace(namespace).setExternalKey(externalKey).build();
    return GrpcTestDoor.call(() -> memories.getMemory(request)).getMemory();
  }

  List<SearchHit> search(String namespace, Iterable<Float> vector, int topK) {
    return search(
        SearchMemoriesRequest.newBuilder()
            .addNamespaces(namespace)
            .setVector(QueryVector.newBuilder().addAllValues(vector))
            .setTopK(topK)
            .build());
  }

  List<SearchHit> search(String namespace, String query, int topK) {
    return search(
        SearchMemoriesRequest.newBuilder()
            .addNamespaces(namespace)
            .setQuery(query)
            .setTopK(topK)
            .build());
  }

  private List<SearchHit> search(SearchMemoriesRequest request) {
    return GrpcTestDoor.call(() -> memories.searchMemories(request)).getHitsList();
  }

  /** All memories of a namespace. */
  List<Memory> list(String namespace) {
    List<Memory> all = new ArrayList<>();
    String page = "";
    do {
      ListMemoriesRequest request =
          ListMemoriesRequest.newBuilder()
              .addNamespaces(namespace)
              .setPageSize(PAGE_SIZE)
              .setPageToken(page)
              .build();
      ListMemoriesResponse answer = GrpcTestDoor.call(() -> memories.listMemories(request));
      all.addAll(answer.getMemoriesList());
      page = answer.getNextPageToken();
    } while (!page.isEmpty());
    return all;
  }

  /** The whole audit, newest first. */
  List<AuditRecord> auditRecords() {
    List<AuditRecord> all = new ArrayList<>();
    String page = "";
    do {
      ListAuditRecordsRequest request =
          ListAuditRecordsRequest.newBuilder().setPageSize(PAGE_SIZE).setPageToken(page).build();
      ListAuditRecordsResponse answer = GrpcTestDoor.call(() -> audit.listAuditRecords(request));
      all.addAll(answer.getAuditRecordsList());
      page = answer.getNextPageToken();
    } while (!page.isEmpty());
    return all;
  }

  /** What the verification of the audit objects to. */
  List<String> auditProblems() {
    return GrpcTestDoor.call(() -> audit.verifyAudit(VerifyAuditRequest.getDefaultInstance()))
        .getProblemsList();
  }

  @Override
  public void close() {
    door.close();
  }
}
