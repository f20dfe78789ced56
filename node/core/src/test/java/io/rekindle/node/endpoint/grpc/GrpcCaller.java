package io.rekindle.node.endpoint.grpc;

import static io.rekindle.node.endpoint.grpc.GrpcTestDoor.call;

import com.google.common.primitives.Floats;
import com.google.protobuf.FieldMask;
import io.grpc.Channel;
import io.rekindle.node.contract.TestDoor.Caller;
import io.rekindle.node.contract.TestDoor.Page;
import io.rekindle.node.contract.TestDoor.Seed;
import io.rekindle.node.contract.TestDoor.Seen;
import io.rekindle.node.contract.TestDoor.State;
import io.rekindle.node.contract.TestDoor.StatePage;
import io.rekindle.node.contract.TestDoor.StateSeed;
import io.rekindle.v1.AgentState;
import io.rekindle.v1.AgentStateServiceGrpc;
import io.rekindle.v1.AgentStateServiceGrpc.AgentStateServiceBlockingStub;
import io.rekindle.v1.BatchDeleteMemoriesRequest;
import io.rekindle.v1.BatchStoreMemoriesRequest;
import io.rekindle.v1.DeleteAgentStateRequest;
import io.rekindle.v1.DeleteMemoryItem;
import io.rekindle.v1.DeleteMemoryRequest;
import io.rekindle.v1.ExportMemoriesRequest;
import io.rekindle.v1.ExportMemoriesResponse;
import io.rekindle.v1.GetAgentStateRequest;
import io.rekindle.v1.GetMemoryRequest;
import io.rekindle.v1.ListAgentStatesRequest;
import io.rekindle.v1.ListAgentStatesResponse;
import io.rekindle.v1.ListMemoriesRequest;
import io.rekindle.v1.ListMemoriesResponse;
import io.rekindle.v1.Memory;
import io.rekindle.v1.MemoryServiceGrpc;
import io.rekindle.v1.MemoryServiceGrpc.MemoryServiceBlockingStub;
import io.rekindle.v1.QueryVector;
import io.rekindle.v1.SearchMemoriesRequest;
import io.rekindle.v1.SearchMemoriesResponse;
import io.rekindle.v1.Sensitivity;
import io.rekindle.v1.SetAgentStateRequest;
import io.rekindle.v1.StoreMemoryItem;
import io.rekindle.v1.StoreMemoryRequest;
import io.rekindle.v1.UpdateMemoryRequest;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One client of the gRPC door, as the contracts see it. */
final class GrpcCaller implements Caller {
  private final MemoryServiceBlockingStub memories;
  private final AgentStateServiceBlockingStub states;

  GrpcCaller(Channel channel) {
    memories = MemoryServiceGrpc.newBlockingStub(channel);
    states = AgentStateServiceGrpc.newBlockingStub(channel);
  }

  private static Seen seen(Memory memory) {
    return new Seen(memory.getMemoryId(), memory.getNamespace(), memory.getContent());
  }

  private static Sensitivity sensitivity(String name) {
    return Sensitivity.valueOf("SENSITIVITY_" + name.toUpperCase(Locale.ROOT));
  }

  private static String text(@Nullable String optional) {
    return Objects.requireNonNullElse(optional, "");
  }

  private static @Nullable String next(String token) {
    return token.isEmpty() ? null : token;
  }

  private static StoreMemoryItem item(Seed seed) {
    Memory.Builder memory =
        Memory.newBuilder()
            .setContent(seed.content())
            .setMemoryId(text(seed.memoryId()))
            .setExternalKey(text(seed.externalKey()))
            .addAllVector(Floats.asList(seed.vector()));
    if (seed.sensitivity() != null) {
      memory.setSensitivity(sensitivity(seed.sensitivity()));
    }
    return StoreMemoryItem.newBuilder()
        .setMemory(memory)
        .setIdempotencyKey(text(seed.idempotencyKey()))
        .build();
  }

  @Override
  public Seen store(String namespace, Seed seed) {
    StoreMemoryItem item = item(seed);
    StoreMemoryRequest request =
        StoreMemoryRequest.newBuilder()
            .setNamespace(namespace)
            .setMemory(item.getMemory())
            .setIdempotencyKey(item.getIdempotencyKey())
            .build();
    Memory stored = call(() -> memories.storeMemory(request)).getMemory();
    return new Seen(stored.getMemoryId(), namespace, seed.content());
  }

  @Override
  public List<Object> storeAll(String namespace, List<Seed> seeds) {
    BatchStoreMemoriesRequest request =
        BatchStoreMemoriesRequest.newBuilder()
            .setNamespace(namespace)
            .addAllMemories(seeds.stream().map(GrpcCaller::item).toList())
            .build();
    return call(() -> memories.batchStoreMemories(request)).getResultsList().stream()
        .<Object>map(
            result ->
                result.hasError()
                    ? GrpcTestDoor.refused(result.getError())
                    : result.getMemory().getMemoryId())
        .toList();
  }

  @Override
  public Seen get(String namespace, String memoryId) {
    GetMemoryRequest request =
        GetMemoryRequest.newBuilder().setNamespace(namespace).setMemoryId(memoryId).build();
    return seen(call(() -> memories.getMemory(request)).getMemory());
  }

  @Override
  public Seen getByExternalKey(String namespace, String externalKey) {
    GetMemoryRequest request =
        GetMemoryRequest.newBuilder().setNamespace(namespace).setExternalKey(externalKey).build();
    return seen(call(() -> memories.getMemory(request)).getMemory());
  }

  @Override
  public Page list(
      List<String> namespaces, @Nullable String filter, int pageSize, @Nullable String page) {
    ListMemoriesRequest request =
        ListMemoriesRequest.newBuilder()
            .addAllNamespaces(namespaces)
            .setFilter(text(filter))
            .setPageSize(pageSize)
            .setPageToken(text(page))
            .build();
    ListMemoriesResponse answer = call(() -> memories.listMemories(request));
    return new Page(
        answer.getMemoriesList().stream().map(GrpcCaller::seen).toList(),
        next(answer.getNextPageToken()));
  }

  @Override
  public Iterator<List<Seen>> export(List<String> namespaces, int pageSize, @Nullable String page) {
    ExportMemoriesRequest request =
        ExportMemoriesRequest.newBuilder()
            .addAllNamespaces(namespaces)
            .setPageSize(pageSize)
            .setPageToken(text(page))
            .build();
    Iterator<ExportMemoriesResponse> stream = memories.exportMemories(request);
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return call(stream::hasNext);
      }

      @Override
      public List<Seen> next() {
        return call(stream::next).getMemoriesList().stream().map(GrpcCaller::seen).toList();
      }
    };
  }

  @Override
  public Page search(
      List<String> namespaces,
      float[] vector,
      @Nullable String filter,
      int topK,
      @Nullable String page) {
    SearchMemoriesRequest request =
        SearchMemoriesRequest.newBuilder()
            .addAllNamespaces(namespaces)
            .setVector(QueryVector.newBuilder().addAllValues(Floats.asList(vector)))
            .setFilter(text(filter))
            .setTopK(topK)
            .setPageToken(text(page))
            .build();
    SearchMemoriesResponse answer = call(() -> memories.searchMemories(request));
    return new Page(
        answer.getHitsList().stream().map(hit -> seen(hit.getMemory())).toList(),
        next(answer.getNextPageToken()));
  }

  @Override
  public Seen update(
      String namespace,
      String memoryId,
      Map<String, String> fields,
      @Nullable Long expectedVersion,
      @Nullable String idempotencyKey) {
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
    UpdateMemoryRequest.Builder request =
        UpdateMemoryRequest.newBuilder()
            .setNamespace(namespace)
            .setMemory(memory)
            .setUpdateMask(mask)
            .setIdempotencyKey(text(idempotencyKey));
    if (expectedVersion != null) {
      request.setExpectedVersion(expectedVersion);
    }
    return seen(call(() -> memories.updateMemory(request.build())).getMemory());
  }

  @Override
  public void delete(String namespace, String memoryId) {
    DeleteMemoryRequest request =
        DeleteMemoryRequest.newBuilder().setNamespace(namespace).setMemoryId(memoryId).build();
    var _ = call(() -> memories.deleteMemory(request));
  }

  @Override
  public List<Object> deleteAll(String namespace, List<String> memoryIds) {
    BatchDeleteMemoriesRequest request =
        BatchDeleteMemoriesRequest.newBuilder()
            .setNamespace(namespace)
            .addAllMemories(
                memoryIds.stream()
                    .map(id -> DeleteMemoryItem.newBuilder().setMemoryId(id).build())
                    .toList())
            .build();
    return call(() -> memories.batchDeleteMemories(request)).getResultsList().stream()
        .<Object>map(
            result ->
                result.hasError() ? GrpcTestDoor.refused(result.getError()) : result.getMemoryId())
        .toList();
  }

  private static State state(AgentState state) {
    return new State(state.getAgentId(), state.getKey(), state.getValue(), state.getVersion());
  }

  @Override
  public State getState(String namespace, @Nullable String agent, String key) {
    GetAgentStateRequest request =
        GetAgentStateRequest.newBuilder()
            .setNamespace(namespace)
            .setAgentId(text(agent))
            .setKey(key)
            .build();
    return state(call(() -> states.getAgentState(request)).getAgentState());
  }

  @Override
  public State setState(String namespace, StateSeed seed) {
    SetAgentStateRequest.Builder request =
        SetAgentStateRequest.newBuilder()
            .setNamespace(namespace)
            .setAgentId(text(seed.agent()))
            .setKey(seed.key())
            .setValue(seed.value())
            .setIdempotencyKey(text(seed.idempotencyKey()));
    if (seed.expectedVersion() != null) {
      request.setExpectedVersion(seed.expectedVersion());
    }
    return state(call(() -> states.setAgentState(request.build())).getAgentState());
  }

  @Override
  public void deleteState(
      String namespace, @Nullable String agent, String key, @Nullable Long expectedVersion) {
    DeleteAgentStateRequest.Builder request =
        DeleteAgentStateRequest.newBuilder()
            .setNamespace(namespace)
            .setAgentId(text(agent))
            .setKey(key);
    if (expectedVersion != null) {
      request.setExpectedVersion(expectedVersion);
    }
    var _ = call(() -> states.deleteAgentState(request.build()));
  }

  @Override
  public StatePage listStates(
      String namespace, @Nullable String agent, int pageSize, @Nullable String page) {
    ListAgentStatesRequest request =
        ListAgentStatesRequest.newBuilder()
            .setNamespace(namespace)
            .setAgentId(text(agent))
            .setPageSize(pageSize)
            .setPageToken(text(page))
            .build();
    ListAgentStatesResponse answer = call(() -> states.listAgentStates(request));
    return new StatePage(
        answer.getAgentStatesList().stream().map(GrpcCaller::state).toList(),
        next(answer.getNextPageToken()));
  }
}
