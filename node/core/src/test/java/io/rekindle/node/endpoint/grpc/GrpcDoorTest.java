package io.rekindle.node.endpoint.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.error.StartRefusedException;
import io.rekindle.node.gate.Request;
import io.rekindle.node.model.ClusterCommand;
import io.rekindle.node.model.MemoryCommand;
import io.rekindle.node.model.Reply;
import io.rekindle.v1.ExportMemoriesRequest;
import io.rekindle.v1.GetMemoryRequest;
import io.rekindle.v1.GetMemoryResponse;
import io.rekindle.v1.Memory;
import io.rekindle.v1.StoreMemoryRequest;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The real socket: TLS, sizes, compression, pages. One door for all tests. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class GrpcDoorTest {
  private final List<Request> requests = new CopyOnWriteArrayList<>();
  private volatile List<String> warming = List.of();
  private SocketDoor door;

  @BeforeAll
  void open(@TempDir Path folder) {
    door = new SocketDoor(folder, Map.of(), this::answer, () -> warming);
  }

  @AfterAll
  void close() {
    door.close();
  }

  @Test
  void answersOverTls() {
    assertThat(
            door.stub()
                .getMemory(
                    GetMemoryRequest.newBuilder().setNamespace("a").setExternalKey("k").build())
                .getMemory()
                .getContent())
        .isEqualTo("the text");
    assertThat(requests.getLast().peer()).isEqualTo("127.0.0.1");
  }

  @Test
  void aPortThatIsTakenIsNamed(@TempDir Path folder) {
    Map<String, String> samePort = Map.of("rekindle.door.port", Integer.toString(door.port()));
    assertThatThrownBy(() -> new SocketDoor(folder, samePort, this::answer, List::of))
        .isInstanceOf(StartRefusedException.class)
        .hasMessage("The door can't listen on 127.0.0.1 port " + door.port() + ".");
  }

  @Test
  void streamsPagesOverTheSocket() {
    var pages =
        door.stub().exportMemories(ExportMemoriesRequest.newBuilder().addNamespaces("a").build());

    int count = 0;
    while (pages.hasNext()) {
      count += pages.next().getMemoriesCount();
    }
    assertThat(count).isEqualTo(50);
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.1", "TLSv1"})
  void refusesEveryOlderTls(String protocol) throws IOException {
    try (SSLSocket socket =
        (SSLSocket) door.tls.getSocketFactory().createSocket("localhost", door.port())) {
      socket.setEnabledProtocols(new String[] {protocol});
      assertThatThrownBy(socket::startHandshake).isInstanceOf(SSLException.class);
    }
  }

  @Test
  void refusesAClientThatDoesNotKnowItsCa() throws Exception {
    try (SSLSocket socket =
        (SSLSocket)
            SSLContext.getDefault().getSocketFactory().createSocket("localhost", door.port())) {
      assertThatThrownBy(socket::startHandshake).isInstanceOf(SSLHandshakeException.class);
    }
  }

  @Test
  void countsTheBytesOfARequestAfterDecompression() {
    StoreMemoryRequest bomb =
        StoreMemoryRequest.newBuilder()
            .setNamespace("a")
            .setMemory(Memory.newBuilder().setContent("x".repeat(3 << 20)))
            .build();

    StatusRuntimeException error =
        catchThrowableOfType(
            StatusRuntimeException.class,
            () -> door.stub().withCompression("gzip").storeMemory(bomb));

    assertThat(error.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
  }

  @Test
  void takesACompressedRequestWithinTheLimit() {
    GetMemoryResponse response =
        door.stub()
            .withCompression("gzip")
            .getMemory(GetMemoryRequest.newBuilder().setNamespace("a").setExternalKey("k").build());

    assertThat(response.getMemory().getContent()).isEqualTo("the text");
  }

  @Test
  void saysThatItLivesAndWhatStillWarms() throws Exception {
    assertThat(door.get("/healthz").statusCode()).isEqualTo(200);

    warming = List.of("embedding", "sql");
    HttpResponse<String> cold = door.get("/readyz");
    warming = List.of();
    HttpResponse<String> ready = door.get("/readyz");

    assertThat(cold.statusCode()).isEqualTo(503);
    assertThat(cold.body()).isEqualTo("{\"ready\":false,\"warming\":[\"embedding\",\"sql\"]}");
    assertThat(ready.statusCode()).isEqualTo(200);
  }

  @Test
  void showsTheMetersOnlyToWhoMayMonitor() throws Exception {
    assertThat(door.get("/metrics").statusCode()).isEqualTo(401);

    HttpResponse<String> allowed = door.get("/metrics", "Authorization", "Bearer good");

    assertThat(allowed.statusCode()).isEqualTo(200);
    assertThat(allowed.body()).isEqualTo("rekindle_requests_total 7.0\n");
  }

  @Test
  void doesNotSayWhatServerItIs() throws Exception {
    assertThat(door.get("/healthz").headers().map()).doesNotContainKeys("server", "date");
  }

  private Reply answer(Request request) {
    requests.add(request);
    if (!"good".equals(request.credential())) {
      throw new RekindleException(ErrorCode.UNAUTHENTICATED, "the API key is not valid");
    }
    return switch (request.decoder().decode(null)) {
      case MemoryCommand.Get _ -> new Reply.Got(Samples.memory());
      case MemoryCommand.ListPage(_, _, _, String page, _) -> {
        int next = page == null ? 1 : Integer.parseInt(page) + 1;
        yield new Reply.Listed(
            List.of(Samples.memory()), next < 50 ? Integer.toString(next) : null);
      }
      case ClusterCommand.GetStatus _ -> new Reply.Status(Map.of(), List.of(), List.of());
      default -> throw new IllegalStateException();
    };
  }
}
