package io.rekindle.client;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RequestInfo;
import com.google.rpc.RetryInfo;
import io.grpc.Status;
import io.grpc.protobuf.StatusProto;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Every error of a call: what gRPC calls it, Rekindle's own reason, and details such as the field
 * and its limit.
 */
public final class RekindleClientException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Status.Code code;
  private final String reason;
  private final transient Map<String, String> details;
  private final @Nullable String requestId;
  private final transient @Nullable Duration retryAfter;

  private RekindleClientException(
      Status.Code code, String message, Parts parts, @Nullable Throwable cause) {
    super(message, cause);
    this.code = code;
    this.reason = parts.reason == null ? code.name() : parts.reason;
    this.details = Map.copyOf(parts.details);
    this.requestId = parts.requestId;
    this.retryAfter = parts.retryAfter;
  }

  /** Of whatever a call failed with. */
  static RekindleClientException of(@Nullable Throwable error) {
    if (error instanceof RekindleClientException known) {
      return known;
    }
    Status status = error == null ? Status.UNKNOWN : Status.fromThrowable(error);
    String description = status.getDescription();
    String message = description == null ? status.getCode().name() : description;
    com.google.rpc.Status full = error == null ? null : StatusProto.fromThrowable(error);
    Parts parts = new Parts();
    if (full != null) {
      full.getDetailsList().forEach(parts::read);
    }
    return new RekindleClientException(status.getCode(), message, parts, error);
  }

  /** Of one item of a batch. */
  public static RekindleClientException of(com.google.rpc.Status status) {
    Parts parts = new Parts();
    status.getDetailsList().forEach(parts::read);
    Status.Code code = Status.fromCodeValue(status.getCode()).getCode();
    return new RekindleClientException(code, status.getMessage(), parts, null);
  }

  public Status.Code code() {
    return code;
  }

  /** Rekindle's own name of the error, which never changes; the code's name when there is none. */
  public String reason() {
    return reason;
  }

  /** Such as {@code field}, {@code limit}, {@code actual}, {@code unit}. */
  public Map<String, String> details() {
    return details;
  }

  /** Finds the request in the audit and in the node's diagnostics. */
  public Optional<String> requestId() {
    return Optional.ofNullable(requestId);
  }

  /** How long to wait before trying again; absent where waiting does not help. */
  public Optional<Duration> retryAfter() {
    return Optional.ofNullable(retryAfter);
  }

  /** What the details of a status say. */
  private static final class Parts {
    private @Nullable String reason;
    private final Map<String, String> details = new LinkedHashMap<>();
    private @Nullable String requestId;
    private @Nullable Duration retryAfter;

    private void read(Any detail) {
      try {
        if (detail.is(ErrorInfo.class)) {
          ErrorInfo info = detail.unpack(ErrorInfo.class);
          reason = info.getReason();
          details.putAll(info.getMetadataMap());
        } else if (detail.is(RequestInfo.class)) {
          requestId = detail.unpack(RequestInfo.class).getRequestId();
        } else if (detail.is(RetryInfo.class)) {
          com.google.protobuf.Duration delay = detail.unpack(RetryInfo.class).getRetryDelay();
          retryAfter = Duration.ofSeconds(delay.getSeconds(), delay.getNanos());
        }
      } catch (InvalidProtocolBufferException e) {
        // A detail that does not parse adds nothing; code and message stand without it.
        details.put("unreadable_detail", detail.getTypeUrl());
      }
    }
  }
}
