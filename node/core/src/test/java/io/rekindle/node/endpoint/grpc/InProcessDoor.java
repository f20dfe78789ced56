package io.rekindle.node.endpoint.grpc;

import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.AbstractStub;
import io.grpc.stub.MetadataUtils;
import io.rekindle.node.gate.Request;
import io.rekindle.node.model.Command;
import io.rekindle.node.model.NamespacePath;
import io.rekindle.node.model.Reply;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The endpoints on plain io.grpc, without a network, before a hand-made gate. */
final class InProcessDoor implements AutoCloseable {
  static final Duration DEADLINE_DEFAULT = Duration.ofSeconds(30);
  static final Duration DEADLINE_MAX = Duration.ofMinutes(5);

  private static final Arrival.Room NO_BOUND =
      new Arrival.Room() {
        @Override
        public boolean fits(long messageBytes) {
          return true;
        }

        @Override
        public boolean mayBegin() {
          return true;
        }

        @Override
        public void answers(long messageBytes) {}
      };

  final List<Request> requests = new CopyOnWriteArrayList<>();
  final List<Command> commands = new CopyOnWriteArrayList<>();
  final ManagedChannel channel;

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Server server;
  private @Nullable NamespacePath defaultNamespace;

  InProcessDoor(Function<Command, Reply> replies) {
    this(replies, null);
  }

  InProcessDoor(Function<Command, Reply> replies, @Nullable Executor executor) {
    CallContext context =
        new CallContext(
            request -> {
              requests.add(request);
              Command command = request.decoder().decode(defaultNamespace);
              commands.add(command);
              return replies.apply(command);
            },
            _ -> new Arrival("192.0.2.7", executor == null ? threads : executor, NO_BOUND),
            Clock.systemUTC(),
            DEADLINE_DEFAULT,
            DEADLINE_MAX);
    String name = UUID.randomUUID().toString();
    InProcessServerBuilder builder = InProcessServerBuilder.forName(name);
    GrpcEndpoints.of(context).forEach(builder::addService);
    try {
      server = builder.build().start();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    channel = InProcessChannelBuilder.forName(name).build();
  }

  /** Every key has this default namespace from now on. */
  InProcessDoor withDefaultNamespace(String path) {
    defaultNamespace = NamespacePath.parse(path);
    return this;
  }

  static <S extends AbstractStub<S>> S authorized(S stub, String... values) {
    Metadata headers = new Metadata();
    for (String value : values) {
      headers.put(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), value);
    }
    return stub.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
  }

  @Override
  public void close() {
    channel.shutdownNow();
    server.shutdownNow();
    threads.shutdownNow();
  }
}
