package io.rekindle.node.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.util.Timestamps;
import io.rekindle.node.contract.TestDoor;
import io.rekindle.node.endpoint.grpc.GrpcTenants;
import io.rekindle.node.endpoint.grpc.GrpcTestDoor;
import io.rekindle.v1.GetMemoryRequest;
import io.rekindle.v1.Memory;
import io.rekindle.v1.MemoryServiceGrpc;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node of its own: what it counted has to be on disk when it has stopped. */
class AccessCountsIT {
  private static final String SPACE = "company_counts";
  private static final int READERS = 4;
  private static final int READS = 25;

  @TempDir Path parent;

  @Test
  void aCleanStopWritesEveryCount() throws Exception {
    Path folder = TestNode.init(parent.resolve("data"));
    flushOnlyAtTheEnd(folder);
    Instant begin = Instant.now();
    List<String> ids = new ArrayList<>();
    String key;
    try (TestNode node = TestNode.start(folder);
        GrpcTestDoor door = new GrpcTestDoor(node)) {
      GrpcTenants tenants = new GrpcTenants(door.channel(node.adminKey()));
      tenants.external(SPACE, false);
      key = tenants.key("", GrpcTenants.grant(SPACE, ""));
      TestDoor.Caller caller = door.caller(key);
      for (int i = 0; i < 3; i++) {
        ids.add(caller.store(SPACE, TestDoor.Seed.of("memory " + i)).memoryId());
      }
      readAtOnce(caller, ids.getFirst());
      assertThat(caller.search(List.of(SPACE), new float[] {1, 0, 0, 0})).hasSize(3);
    }

    try (TestNode node = TestNode.start(folder);
        GrpcTestDoor door = new GrpcTestDoor(node)) {
      Memory read = get(door, key, ids.get(0));
      assertThat(read.getAccessCount()).isEqualTo(READERS * READS + 1);
      assertThat(Instant.ofEpochMilli(Timestamps.toMillis(read.getLastAccessedAt())))
          .isBetween(begin.minusMillis(1), Instant.now());
      assertThat(get(door, key, ids.get(1)).getAccessCount()).isEqualTo(1);
      assertThat(get(door, key, ids.get(2)).getAccessCount()).isEqualTo(1);
    }
  }

  private static void flushOnlyAtTheEnd(Path folder) throws IOException {
    Files.writeString(
        folder.resolve("node.properties"),
        "\nrekindle.maintenance.access-flush-interval=PT1H\n",
        StandardOpenOption.APPEND);
  }

  private static void readAtOnce(TestDoor.Caller caller, String id) throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(READERS)) {
      List<Future<?>> readers = new ArrayList<>();
      for (int t = 0; t < READERS; t++) {
        readers.add(
            threads.submit(
                () -> {
                  for (int i = 0; i < READS; i++) {
                    assertThat(caller.get(SPACE, id).memoryId()).isEqualTo(id);
                  }
                }));
      }
      for (Future<?> reader : readers) {
        reader.get();
      }
    }
  }

  private static Memory get(GrpcTestDoor door, String key, String id) {
    return MemoryServiceGrpc.newBlockingStub(door.channel(key))
        .getMemory(GetMemoryRequest.newBuilder().setNamespace(SPACE).setMemoryId(id).build())
        .getMemory();
  }
}
