package io.rekindle.cli.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Any;
import com.google.rpc.ErrorInfo;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.StreamObserver;
import io.rekindle.cli.CommandFailedException;
import io.rekindle.cli.Progress;
import io.rekindle.client.RekindleClient;
import io.rekindle.client.RekindleClientException;
import io.rekindle.v1.BatchStoreMemoriesRequest;
import io.rekindle.v1.BatchStoreMemoriesResponse;
import io.rekindle.v1.Memory;
import io.rekindle.v1.MemoryServiceGrpc;
import io.rekindle.v1.StoreMemoryRequest;
import io.rekindle.v1.StoreMemoryResponse;
import io.rekindle.v1.StoreMemoryResult;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MemoryImportTest {
  private final FakeNode node = new FakeNode();
  private final List<String> reports = new ArrayList<>();
  private Server server;
  private RekindleClient client;

  @BeforeEach
  void start() throws IOException {
    String name = UUID.randomUUID().toString();
    server = InProcessServerBuilder.forName(name).addService(node).build().start();
    client = RekindleClient.builder("unused").build(InProcessChannelBuilder.forName(name));
  }

  @AfterEach
  void stop() {
    client.close();
    server.shutdownNow();
  }

  @Test
  void storesEveryLineOnceHoweverOftenItIsImported() throws IOException {
    String jsonl =
        IntStream.range(0, 1_001)
            .mapToObj(i -> "{\"content\":\"memory " + i + "\"}")
            .collect(Collectors.joining("\n"));

    MemoryImport.Result first = run(jsonl, false);
    MemoryImport.Result second = run(jsonl + "\n{\"content\":\"new\"}\n", false);

    assertThat(first).isEqualTo(new MemoryImport.Result(1_001, 0, 0));
    assertThat(second).isEqualTo(new MemoryImport.Result(1, 1_001, 0));
    assertThat(node.batchSizes).allMatch(size -> size <= 200);
  }

  @Test
  void stopsAtABadLineAfterStoringWhatStoodBeforeIt() {
    assertThatThrownBy(() -> run("{\"content\":\"a\"}\nnot json\n{\"content\":\"b\"}", false))
        .isInstanceOf(CommandFailedException.class)
        .hasMessageContaining("1 were stored");

    assertThat(reports).containsExactly("line 2: not valid JSON at column 1");
    assertThat(node.contents).containsExactly("a");
  }

  @Test
  void findsTheLineThatMakesTheNodeRefuseItsBatch() throws IOException {
    MemoryImport.Result result =
        run("{\"content\":\"a\"}\n{\"content\":\"refused\"}\n{\"content\":\"b\"}", true);

    assertThat(result).isEqualTo(new MemoryImport.Result(2, 0, 1));
    assertThat(reports).containsExactly("line 2: no such content");
    assertThat(node.contents).containsExactlyInAnyOrder("a", "b");
  }

  @Test
  void stopsAtALineThatTheNodeRefusesUnlessToldToSkip() {
    assertThatThrownBy(() -> run("{\"content\":\"refused\"}\n{\"content\":\"b\"}", false))
        .isInstanceOf(CommandFailedException.class);

    assertThat(node.contents).isEmpty();
  }

  @Test
  void countsWhatWasThereBeforeUnderItsOwnKey() throws IOException {
    assertThat(run("{\"content\":\"taken\"}", false)).isEqualTo(new MemoryImport.Result(0, 1, 0));
  }

  @Test
  void passesOnWhatIsNoBadLine() {
    assertThatThrownBy(() -> run("{\"content\":\"denied\"}", true))
        .isInstanceOfSatisfying(
            RekindleClientException.class,
            e -> assertThat(e.code()).isEqualTo(Status.Code.PERMISSION_DENIED));
  }

  private MemoryImport.Result run(String jsonl, boolean skipBad) throws IOException {
    try (Progress progress = new Progress("importing", 0, false)) {
      return new MemoryImport(client, "a", skipBad, reports::add)
          .run(new ByteArrayInputStream(jsonl.getBytes(StandardCharsets.UTF_8)), progress);
    }
  }

  /** Refuses, denies or knows a memory by its content. */
  private static final class FakeNode extends MemoryServiceGrpc.MemoryServiceImplBase {
    private final List<Integer> batchSizes = Collections.synchronizedList(new ArrayList<>());
    private final List<String> contents = Collections.synchronizedList(new ArrayList<>());
    private final Set<String> keys = Collections.synchronizedSet(new HashSet<>());

    @Override
    public void batchStoreMemories(
        BatchStoreMemoriesRequest request, StreamObserver<BatchStoreMemoriesResponse> out) {
      batchSizes.add(request.getMemoriesCount());
      BatchStoreMemoriesResponse.Builder response = BatchStoreMemoriesResponse.newBuilder();
      if (request.getMemoriesList().stream().anyMatch(i -> isRefused(i.getMemory()))) {
        out.onError(refusal());
        return;
      }
      request
          .getMemoriesList()
          .forEach(item -> response.addResults(store(item.getMemory(), item.getIdempotencyKey())));
      out.onNext(response.build());
      out.onCompleted();
    }

    @Override
    public void storeMemory(StoreMemoryRequest request, StreamObserver<StoreMemoryResponse> out) {
      if (isRefused(request.getMemory())) {
        out.onError(refusal());
        return;
      }
      StoreMemoryResult result = store(request.getMemory(), request.getIdempotencyKey());
      out.onNext(StoreMemoryResponse.newBuilder().setCreated(result.getCreated()).build());
      out.onCompleted();
    }

    private StoreMemoryResult store(Memory memory, String key) {
      if (memory.getContent().equals("taken")) {
        return error(Status.Code.ALREADY_EXISTS, "UNIQUE_CONFLICT");
      }
      if (memory.getContent().equals("denied")) {
        return error(Status.Code.PERMISSION_DENIED, "PERMISSION_DENIED");
      }
      boolean created = keys.add(key);
      if (created) {
        contents.add(memory.getContent());
      }
      return StoreMemoryResult.newBuilder().setCreated(created).build();
    }

    private static StoreMemoryResult error(Status.Code code, String reason) {
      return StoreMemoryResult.newBuilder()
          .setError(
              com.google.rpc.Status.newBuilder()
                  .setCode(code.value())
                  .addDetails(Any.pack(ErrorInfo.newBuilder().setReason(reason).build())))
          .build();
    }

    private static boolean isRefused(Memory memory) {
      return memory.getContent().equals("refused");
    }

    private static StatusRuntimeException refusal() {
      return Status.INVALID_ARGUMENT.withDescription("no such content").asRuntimeException();
    }
  }
}
