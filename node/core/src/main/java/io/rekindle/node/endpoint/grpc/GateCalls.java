package io.rekindle.node.endpoint.grpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.PrototypeMarshaller;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.Status;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.gate.Request;
import io.rekindle.node.model.Command;
import io.rekindle.node.model.NamespacePath;
import io.rekindle.node.model.Reply;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Builds the methods of one service as io.grpc knows them, each leading through the gate.
 *
 * <p>Requests reach the handlers as bytes: they are parsed by the decoder, inside the gate.
 */
final class GateCalls {
  private final ServiceDescriptor service;
  private final CallContext context;
  private final List<ServerMethodDefinition<ByteString, ?>> methods = new ArrayList<>();

  GateCalls(ServiceDescriptor service, CallContext context) {
    this.service = service;
    this.context = context;
  }

  /** One request, one command, one reply. */
  <Q extends Message, P extends Reply, R extends Message> GateCalls unary(
      MethodDescriptor<Q, R> method,
      WireDecoder<Q> decoder,
      Class<P> type,
      Function<P, R> encoder) {
    return waiting(method, (request, _, ns) -> decoder.decode(request, ns), type, encoder);
  }

  /** As {@link #unary}, of a command that may be put off. */
  <Q extends Message, P extends Reply, R extends Message> GateCalls waiting(
      MethodDescriptor<Q, R> method,
      WaitingDecoder<Q> decoder,
      Class<P> type,
      Function<P, R> encoder) {
    MethodDescriptor<ByteString, R> raw = raw(method);
    Parser<Q> parser = parser(method);
    methods.add(
        ServerMethodDefinition.create(
            raw,
            (call, headers) -> {
              Arrival arrival = context.arrivals().of(call);
              CallHead head = CallHead.of(arrival.peer(), headers);
              UnaryCall.Body<R> body =
                  (id, bytes, waited) -> {
                    Patience patience = new Patience(context.patience(head), waited);
                    Request request =
                        context.request(
                            id,
                            head,
                            waited == null ? Duration.ZERO : waited,
                            ns -> decoder.decode(parse(parser, bytes), patience, ns));
                    Reply reply = context.handler().handle(request);
                    return reply instanceof Reply.NotYet(var over)
                        ? new UnaryCall.Later<>(over)
                        : new UnaryCall.Answer<>(encoder.apply(type.cast(reply)));
                  };
              return UnaryCall.start(call, arrival, body);
            }));
    return this;
  }

  /** One request, a command for each page, a stream of replies. */
  <Q extends Message, P extends Reply, R extends Message> GateCalls paged(
      MethodDescriptor<Q, R> method,
      PageDecoder<Q> decoder,
      Class<P> type,
      Function<P, R> encoder,
      Function<P, @Nullable String> nextPage) {
    MethodDescriptor<ByteString, R> raw = raw(method);
    Parser<Q> parser = parser(method);
    methods.add(
        ServerMethodDefinition.create(
            raw,
            (call, headers) -> {
              Arrival arrival = context.arrivals().of(call);
              CallHead head = CallHead.of(arrival.peer(), headers);
              PagedCall.Body<R> body =
                  (id, bytes, page) -> {
                    Request request =
                        context.request(
                            id, head, ns -> decoder.decode(parse(parser, bytes), page, ns));
                    P reply = type.cast(context.handler().handle(request));
                    return new PagedCall.Page<>(encoder.apply(reply), nextPage.apply(reply));
                  };
              return PagedCall.start(call, arrival, body);
            }));
    return this;
  }

  /** The service; every method of its descriptor must have been given. */
  ServerServiceDefinition build() {
    ServiceDescriptor.Builder descriptor =
        ServiceDescriptor.newBuilder(service.getName())
            .setSchemaDescriptor(service.getSchemaDescriptor());
    methods.forEach(method -> descriptor.addMethod(method.getMethodDescriptor()));
    ServerServiceDefinition.Builder built = ServerServiceDefinition.builder(descriptor.build());
    methods.forEach(built::addMethod);
    if (methods.size() != service.getMethods().size()) {
      throw new IllegalStateException("a method of the service has no handler");
    }
    return built.build();
  }

  /**
   * The time of a call.
   *
   * @param all for how long its client waits
   * @param waited how much of it has passed while it was put off; null before it was
   */
  record Patience(Duration all, @Nullable Duration waited) {}

  /** Reads a request whose command may be put off. */
  @FunctionalInterface
  interface WaitingDecoder<Q> {
    Command decode(Q request, Patience patience, @Nullable NamespacePath defaultNamespace);
  }

  /** Reads a paged request, with the token of the page to read instead of the one in it. */
  @FunctionalInterface
  interface PageDecoder<Q> {
    Command decode(Q request, @Nullable String page, @Nullable NamespacePath defaultNamespace);
  }

  private static <Q extends Message, R> MethodDescriptor<ByteString, R> raw(
      MethodDescriptor<Q, R> method) {
    return method.toBuilder(RawBytes.INSTANCE, method.getResponseMarshaller()).build();
  }

  @SuppressWarnings("unchecked") // A message's parser parses that message.
  private static <Q extends Message> Parser<Q> parser(MethodDescriptor<Q, ?> method) {
    PrototypeMarshaller<Q> marshaller = (PrototypeMarshaller<Q>) method.getRequestMarshaller();
    Q prototype = marshaller.getMessagePrototype();
    if (prototype == null) {
      throw new IllegalStateException("a generated method has a prototype");
    }
    return (Parser<Q>) prototype.getParserForType();
  }

  private static <Q> Q parse(Parser<Q> parser, ByteString bytes) {
    try {
      return parser.parseFrom(bytes);
    } catch (InvalidProtocolBufferException e) {
      // Its message is one of protobuf's own sentences; which field is not known to it.
      throw RekindleException.invalid(
          "request",
          "the request is not a valid protobuf message, or a text in it is not valid UTF-8");
    }
  }

  /** Leaves the bytes of a request as they are. */
  private enum RawBytes implements MethodDescriptor.Marshaller<ByteString> {
    INSTANCE;

    @Override
    public InputStream stream(ByteString value) {
      return value.newInput();
    }

    @Override
    public ByteString parse(InputStream stream) {
      try {
        return ByteString.readFrom(stream);
      } catch (IOException e) {
        throw Status.INVALID_ARGUMENT
            .withDescription("the request does not decompress")
            .asRuntimeException();
      }
    }
  }
}
