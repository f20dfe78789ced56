package io.rekindle.node.bootstrap;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.common.primitives.Floats;
import com.google.protobuf.ByteString;
import io.rekindle.node.contract.TestDoor.Refused;
import io.rekindle.node.endpoint.grpc.GrpcTestDoor;
import io.rekindle.v1.AgentStateServiceGrpc;
import io.rekindle.v1.AuditServiceGrpc;
import io.rekindle.v1.GetAgentStateRequest;
import io.rekindle.v1.ListAuditRecordsRequest;
import io.rekindle.v1.ListMemoriesRequest;
import io.rekindle.v1.Memory;
import io.rekindle.v1.MemoryServiceGrpc;
import io.rekindle.v1.MemoryServiceGrpc.MemoryServiceBlockingStub;
import io.rekindle.v1.SetAgentStateRequest;
import io.rekindle.v1.StoreMemoryRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.function.Supplier;

/** Sends canaries by requests that are malformed, denied, or of nobody: errors like to quote. */
final class CanaryRefusals {
  private final GrpcTestDoor door;
  private final CanaryRequests requests;
  private final Canaries canaries;
  private final MemoryServiceBlockingStub memories;

  /** Asks with the key of {@code requests}, about its namespaces. */
  CanaryRefusals(GrpcTestDoor door, CanaryRequests requests, Canaries canaries) {
    this.door = door;
    this.requests = requests;
    this.canaries = canaries;
    this.memories = MemoryServiceGrpc.newBlockingStub(door.channel(requests.apiKey()));
  }

  void send() {
    repeated();
    states();
    bad();
    denied();
  }

  /** An idempotency key with another request. */
  private void repeated() {
    refused(
        () ->
            memories.storeMemory(
                requests.request(requests.model(), "second").toBuilder()
                    .setIdempotencyKey(canaries.text("embedded_idempotency"))
                    .build()));
  }

  private void states() {
    var states = AgentStateServiceGrpc.newBlockingStub(door.channel(requests.apiKey()));
    refused(
        () ->
            states.setAgentState(
                SetAgentStateRequest.newBuilder()
                    .setNamespace(requests.external())
                    .setAgentId(canaries.text("state_agent"))
                    .setKey(canaries.text("state_key"))
                    .setValue("{\"" + canaries.text("state_malformed"))
                    .build()));
    refused(
        () ->
            states.getAgentState(
                GetAgentStateRequest.newBuilder()
                    .setNamespace(requests.external())
                    .setAgentId(canaries.text("state_agent"))
                    .setKey(canaries.text("state_missing"))
                    .build()));
  }

  /** What provokes errors in parsers, decoders and rules. */
  private void bad() {
    String id = UUID.randomUUID().toString();
    String canary = canaries.text("bad");
    for (String filter : List.of(canary, "tags:\"" + canary, canary + " = 1", "(" + canary + ")")) {
      refused(() -> memories.listMemories(requests.list(filter)));
    }
    refused(
        () -> memories.listMemories(requests.list("").toBuilder().setPageToken(canary).build()));
    refused(() -> memories.updateMemory(requests.update(id, canary)));
    refused(() -> memories.updateMemory(requests.update(canary, "content")));
    Memory good = requests.memory(requests.external(), "bad");
    List<Memory> malformed = new ArrayList<>();
    malformed.add(good.toBuilder().setMemoryId(canary).build());
    malformed.add(good.toBuilder().setMemoryType(canary.toUpperCase(Locale.ROOT)).build());
    malformed.add(good.toBuilder().setMetadata("{\"a\":" + canary + "}").build());
    malformed.add(good.toBuilder().setMetadata("[\"" + canary + "\"]").build());
    malformed.add(good.toBuilder().setExternalKey(canary.repeat(40)).build());
    malformed.add(good.toBuilder().setContent(canary.repeat(4_000)).build());
    malformed.add(good.toBuilder().addTags(canary.repeat(4)).build());
    malformed.add(good.toBuilder().addVector(Float.NaN).build());
    malformed.add(good.toBuilder().addAllVector(Floats.asList(canaries.vector())).build());
    for (Memory memory : malformed) {
      refused(
          () ->
              memories.storeMemory(
                  StoreMemoryRequest.newBuilder()
                      .setNamespace(requests.external())
                      .setMemory(memory)
                      .build()));
    }
    refused(
        () ->
            memories.storeMemory(
                requests.request(requests.external(), "x").toBuilder()
                    .setNamespace("UP" + canary)
                    .build()));
    RawCalls raw = new RawCalls(door.channel(requests.apiKey()));
    ByteString bytes = ByteString.copyFromUtf8(canary.repeat(100));
    refused(() -> raw.call("rekindle.v1.MemoryService/StoreMemory", bytes));
    refused(() -> raw.call("rekindle.v1.MemoryService/" + canary, bytes));
    refused(
        () ->
            raw.call(
                "rekindle.v1.MemoryService/StoreMemory",
                ByteString.copyFromUtf8(canary.repeat(600_000))));
  }

  /** Of what lies outside of the key's grants, and of nobody. */
  private void denied() {
    String canary = canaries.text("denied");
    refused(() -> memories.storeMemory(requests.request(canary, "denied")));
    refused(
        () ->
            memories.listMemories(
                ListMemoriesRequest.newBuilder().addNamespaces(canary + "/**").build()));
    refused(
        () ->
            AuditServiceGrpc.newBlockingStub(door.channel(requests.apiKey()))
                .listAuditRecords(
                    ListAuditRecordsRequest.newBuilder().setNamespace(canary).build()));
    for (String credential :
        List.of(
            canary,
            "rk_live_" + canary,
            requests.apiKey() + canary,
            "rk_live_aaaaaaaaaaaaaaaa_" + canary)) {
      refused(
          () ->
              MemoryServiceGrpc.newBlockingStub(door.channel(credential))
                  .storeMemory(requests.request(requests.external(), "denied")));
    }
  }

  private static void refused(Supplier<?> call) {
    assertThatExceptionOfType(Refused.class).isThrownBy(() -> GrpcTestDoor.call(call::get));
  }
}
