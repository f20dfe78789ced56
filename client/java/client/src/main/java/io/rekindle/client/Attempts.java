package io.rekindle.client;

import com.google.protobuf.Any;
import com.google.rpc.ErrorInfo;
import io.grpc.Attributes;
import io.grpc.ClientStreamTracer;
import io.grpc.Metadata;
import io.grpc.Status;

/**
 * The attempts of one write, which gRPC makes by itself and shows only the last of. When one was
 * sent and had no answer, the write may be done, whatever a later attempt is refused for; what no
 * attempt can get past, an invalid argument, is the exception. Thread-safe.
 */
final class Attempts extends ClientStreamTracer.Factory {
  private static final String OUTCOME_UNKNOWN = "OUTCOME_UNKNOWN";

  /**
   * Every error that a node answers has details; what stands before a node, or nobody, has none.
   */
  private static final Metadata.Key<byte[]> DETAILS =
      Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER);

  private volatile boolean leftOpen;

  @Override
  public ClientStreamTracer newClientStreamTracer(
      ClientStreamTracer.StreamInfo info, Metadata headers) {
    return new Attempt();
  }

  /** Whether one was sent, and ended without an answer. */
  boolean leftOpen() {
    return leftOpen;
  }

  /** What a refusal is worth after an attempt that was left open. */
  static com.google.rpc.Status afterOpen(com.google.rpc.Status refusal) {
    if (refusal.getCode() == Status.Code.INVALID_ARGUMENT.value()
        || refusal.getDetailsCount() == 0) {
      return refusal;
    }
    ErrorInfo unknown =
        ErrorInfo.newBuilder()
            .setReason(OUTCOME_UNKNOWN)
            .setDomain("rekindle.io")
            .putMetadata("refused", RekindleClientException.of(refusal).reason())
            .build();
    com.google.rpc.Status.Builder rest = refusal.toBuilder().clearDetails();
    refusal.getDetailsList().stream()
        .filter(it -> !it.is(ErrorInfo.class))
        .forEach(rest::addDetails);
    return rest.setCode(Status.Code.UNKNOWN.value())
        .setMessage(
            "an earlier attempt had no answer, so that this is done, or not; the last one was"
                + " refused: "
                + refusal.getMessage())
        .addDetails(Any.pack(unknown))
        .build();
  }

  private final class Attempt extends ClientStreamTracer {
    private volatile boolean sent;
    private volatile boolean answered;

    /** Not called when there is no connection to send on. */
    @Override
    public void streamCreated(Attributes transport, Metadata headers) {
      sent = true;
    }

    @Override
    public void inboundTrailers(Metadata trailers) {
      answered = trailers.containsKey(DETAILS);
    }

    @Override
    public void streamClosed(Status status) {
      if (sent && !answered && !status.isOk()) {
        leftOpen = true;
      }
    }
  }
}
