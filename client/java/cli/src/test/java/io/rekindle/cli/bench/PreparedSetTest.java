package io.rekindle.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.StreamObserver;
import io.rekindle.cli.CommandFailedException;
import io.rekindle.cli.bench.data.DataSet;
import io.rekindle.cli.bench.data.GeneratedVectors;
import io.rekindle.client.RekindleClient;
import io.rekindle.client.RekindleClientException;
import io.rekindle.v1.AgentState;
import io.rekindle.v1.AgentStateServiceGrpc;
import io.rekindle.v1.CreateNamespaceRequest;
import io.rekindle.v1.CreateNamespaceResponse;
import io.rekindle.v1.GetAgentStateRequest;
import io.rekindle.v1.GetAgentStateResponse;
import io.rekindle.v1.Memory;
import io.rekindle.v1.NamespaceServiceGrpc;
import io.rekindle.v1.SetAgentStateRequest;
import io.rekindle.v1.SetAgentStateResponse;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PreparedSetTest {
  private static final DataSet DATA = new DataSet(new GeneratedVectors(4, 0.6, 7), 2_500, 3);

  private final FakeMemories memories = new FakeMemories();
  private final Namespaces namespaces = new Namespaces();
  private final States states = new States();
  private Server server;
  private RekindleClient client;

  @BeforeEach
  void start() throws IOException {
    String name = UUID.randomUUID().toString();
    server =
        InProcessServerBuilder.forName(name)
            .addService(memories)
            .addService(namespaces)
            .addService(states)
            .build()
            .start();
    client = RekindleClient.builder("unused").build(InProcessChannelBuilder.forName(name));
  }

  @AfterEach
  void stop() {
    client.close();
    server.shutdownNow();
  }

  @Test
  void storesEveryMemoryInItsNamespaceOnce() {
    PreparedSet.prepare(client, DATA);

    assertWhole();
    assertThat(namespaces.made)
        .contains("bench", DATA.name(), DATA.namespace(0), DATA.namespace(2))
        .hasSize(5);
    int batches = memories.batches.get();
    PreparedSet.prepare(client, DATA);
    assertThat(memories.batches).as("found again, not stored again").hasValue(batches);
  }

  @Test
  void completesWhatWasCutShort() {
    memories.batchesMax = 6;
    assertThatThrownBy(() -> PreparedSet.prepare(client, DATA))
        .isInstanceOf(RekindleClientException.class);
    assertThat(memories.stored).hasSizeBetween(1, DATA.memories() - 1);

    memories.batchesMax = Integer.MAX_VALUE;
    PreparedSet.prepare(client, DATA);

    assertWhole();
  }

  @Test
  void refusesAnotherVectorOrNoneWhereOneWasStored() {
    PreparedSet.prepare(client, DATA);
    String last = DATA.namespace(2) + " " + DataSet.id(2_499);
    Memory other = DATA.memory(2_499).toBuilder().setVector(0, 5).build();
    memories.stored.put(last, other);
    assertThatThrownBy(() -> PreparedSet.prepare(client, DATA))
        .isInstanceOf(CommandFailedException.class)
        .hasMessageContaining("another vector for memory 2,499")
        .hasMessageContaining("--data-folder");

    memories.stored.remove(last);
    assertThatThrownBy(() -> PreparedSet.prepare(client, DATA))
        .isInstanceOf(CommandFailedException.class)
        .hasMessageContaining("lacks memory 2,499");
  }

  @Test
  void takesAwayWhatAWriterThatWasCutShortLeft() {
    PreparedSet.prepare(client, DATA);
    new SetMark(client, DATA).write(DATA.memories(), true);
    for (int i = 0; i < 7; i++) {
      Memory extra =
          Memory.newBuilder().setMemoryId("extra" + i).addTags(ExtraMemories.TAG).build();
      memories.stored.put(FakeMemories.key(DATA.namespace(0), extra), extra);
    }

    PreparedSet.prepare(client, DATA);

    assertWhole();
    assertThat(new SetMark(client, DATA).read().extras()).isFalse();
  }

  private void assertWhole() {
    assertThat(memories.stored).hasSize(DATA.memories());
    for (int number = 0; number < DATA.memories(); number++) {
      String namespace = DATA.namespace(DATA.ordinal(number));
      assertThat(memories.stored).containsKey(namespace + " " + DataSet.id(number));
    }
    assertThat(new SetMark(client, DATA).read().stored()).isEqualTo(DATA.memories());
  }

  private static final class Namespaces extends NamespaceServiceGrpc.NamespaceServiceImplBase {
    private final Set<String> made = ConcurrentHashMap.newKeySet();

    @Override
    public void createNamespace(
        CreateNamespaceRequest request, StreamObserver<CreateNamespaceResponse> observer) {
      if (!made.add(request.getNamespace().getNamespace())) {
        observer.onError(new StatusRuntimeException(Status.ALREADY_EXISTS));
        return;
      }
      observer.onNext(CreateNamespaceResponse.getDefaultInstance());
      observer.onCompleted();
    }
  }

  private static final class States extends AgentStateServiceGrpc.AgentStateServiceImplBase {
    private final Map<String, String> values = new ConcurrentHashMap<>();

    @Override
    public void getAgentState(
        GetAgentStateRequest request, StreamObserver<GetAgentStateResponse> observer) {
      String value = values.get(request.getNamespace());
      if (value == null) {
        observer.onError(new StatusRuntimeException(Status.NOT_FOUND));
        return;
      }
      observer.onNext(
          GetAgentStateResponse.newBuilder()
              .setAgentState(AgentState.newBuilder().setValue(value))
              .build());
      observer.onCompleted();
    }

    @Override
    public void setAgentState(
        SetAgentStateRequest request, StreamObserver<SetAgentStateResponse> observer) {
      values.put(request.getNamespace(), request.getValue());
      observer.onNext(SetAgentStateResponse.getDefaultInstance());
      observer.onCompleted();
    }
  }
}
