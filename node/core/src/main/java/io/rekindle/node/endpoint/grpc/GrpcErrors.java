package io.rekindle.node.endpoint.grpc;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RequestInfo;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.RequestId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Errors as gRPC carries them: google.rpc.Status with details. The only way out for an error. */
final class GrpcErrors {
  /** The domain of every reason. */
  static final String DOMAIN = "rekindle.io";

  private static final Logger LOG = LoggerFactory.getLogger(GrpcErrors.class);
  private static final long RETRY_AFTER_MILLIS = 1_000;
  private static final long RETRY_BUSY_AFTER_MILLIS = 100;

  private GrpcErrors() {}

  /** The error of a whole call. What is not ours is logged here and answered as INTERNAL. */
  static StatusRuntimeException ofCall(Throwable error, RequestId requestId) {
    RekindleException known;
    if (error instanceof RekindleException rekindle) {
      known = rekindle;
      if (known.code().blame() == ErrorCode.Blame.INTERNAL) {
        logInternal(error, requestId);
      }
    } else {
      logInternal(error, requestId);
      known = new RekindleException(ErrorCode.INTERNAL, "the request failed inside the node");
    }
    Status.Builder status = status(known);
    status.addDetails(
        Any.pack(RequestInfo.newBuilder().setRequestId(requestId.toString()).build()));
    return StatusProto.toStatusRuntimeException(status.build());
  }

  /** The error of one item of a batch. */
  static Status ofItem(RekindleException error) {
    return status(error).build();
  }

  private static Status.Builder status(RekindleException error) {
    ErrorCode code = error.code();
    Status.Builder status =
        Status.newBuilder().setCode(code.grpc().number()).setMessage(error.describe());
    status.addDetails(
        Any.pack(
            ErrorInfo.newBuilder()
                .setDomain(DOMAIN)
                .setReason(code.name())
                .putAllMetadata(error.details())
                .build()));
    String field = error.details().get("field");
    if (field != null) {
      status.addDetails(
          Any.pack(
              BadRequest.newBuilder()
                  .addFieldViolations(
                      BadRequest.FieldViolation.newBuilder()
                          .setField(field)
                          .setDescription(error.text()))
                  .build()));
    }
    if (code.blame() == ErrorCode.Blame.EXHAUSTED) {
      long millis =
          code == ErrorCode.TOO_MANY_REQUESTS ? RETRY_BUSY_AFTER_MILLIS : RETRY_AFTER_MILLIS;
      Duration delay =
          Duration.newBuilder()
              .setSeconds(millis / 1_000)
              .setNanos((int) (millis % 1_000) * 1_000_000)
              .build();
      status.addDetails(Any.pack(RetryInfo.newBuilder().setRetryDelay(delay).build()));
    }
    return status;
  }

  /** Types and places only: a foreign exception's message may quote the request. */
  private static void logInternal(Throwable error, RequestId requestId) {
    StackTraceElement[] trace = error.getStackTrace();
    Throwable cause = error.getCause();
    LOG.atError()
        .addKeyValue("requestId", requestId)
        .addKeyValue("type", error.getClass().getName())
        .addKeyValue("at", trace.length == 0 ? "unknown" : trace[0].toString())
        .addKeyValue("cause", cause == null ? "none" : cause.getClass().getName())
        .log("a request failed inside the node");
  }
}
