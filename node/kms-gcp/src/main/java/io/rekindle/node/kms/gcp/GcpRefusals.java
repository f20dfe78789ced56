package io.rekindle.node.kms.gcp;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.ErrorInfo;
import com.google.rpc.PreconditionFailure;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.rekindle.node.kms.KeyManagementException;
import io.rekindle.node.kms.KeyManagementService.Probe;
import io.rekindle.node.kms.gcp.GcpRequests.NoGrpcException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What statuses say of the key. Those that other machines before Google's give as well, such as
 * PERMISSION_DENIED, count only with a word in them that is Google's.
 */
final class GcpRefusals {
  /** Of the account: it is disabled or deleted. */
  private static final String NO_ACCOUNT = "ACCOUNT_STATE_INVALID";

  /** Where the key is kept elsewhere, of that place; what it says of itself is no refusal. */
  private static final String EXTERNAL = "EXTERNAL_";

  private static final List<String> EXTERNAL_REFUSALS =
      List.of("EXTERNAL_PERMISSION_DENIED", "EXTERNAL_NOT_FOUND");

  private static final Pattern GOOGLES =
      Pattern.compile("cloudkms|cryptokey|googleapis|Google Cloud", Pattern.CASE_INSENSITIVE);

  /** Of whoever says it, as {@code cloudkms.googleapis.com}. */
  private static final Pattern DOMAIN = Pattern.compile("([a-z0-9-]+\\.)*googleapis\\.com");

  private static final Pattern CHECKSUM =
      Pattern.compile("crc32c|checksum", Pattern.CASE_INSENSITIVE);
  private static final Pattern UNFINISHED = Pattern.compile("PENDING_(GENERATION|IMPORT)");

  private GcpRefusals() {}

  /** What Google tells machines of a status; empty of what has none, or none that can be read. */
  private record Details(List<String> reasons, List<String> violations, boolean googles) {
    static Details of(StatusRuntimeException failure) {
      List<String> reasons = new ArrayList<>();
      List<String> violations = new ArrayList<>();
      boolean googles = false;
      for (Any detail : read(failure)) {
        try {
          if (detail.is(ErrorInfo.class)) {
            ErrorInfo info = detail.unpack(ErrorInfo.class);
            reasons.add(info.getReason());
            googles |= DOMAIN.matcher(info.getDomain()).matches();
          } else if (detail.is(PreconditionFailure.class)) {
            detail.unpack(PreconditionFailure.class).getViolationsList().stream()
                .map(PreconditionFailure.Violation::getType)
                .forEach(violations::add);
          }
        } catch (InvalidProtocolBufferException e) {
          // The status stands for itself.
        }
      }
      return new Details(reasons, violations, googles);
    }

    private static List<Any> read(StatusRuntimeException failure) {
      try {
        com.google.rpc.Status status = StatusProto.fromThrowable(failure);
        return status == null ? List.of() : status.getDetailsList();
      } catch (IllegalArgumentException e) {
        return List.of(); // They are of another status, or of none.
      }
    }

    boolean says(String violation) {
      return violations.contains(violation);
    }
  }

  static KeyManagementException meaning(StatusRuntimeException failure) {
    Details details = Details.of(failure);
    Probe probe = probe(failure.getStatus(), details);
    return new KeyManagementException(
        probe,
        probe == Probe.UNREACHABLE
            ? "Google Cloud KMS does not answer"
            : "Google Cloud KMS refuses",
        reason(failure.getStatus(), details),
        root(failure) instanceof IOException cause ? cause : null);
  }

  private static Probe probe(Status status, Details details) {
    String text = text(status);
    boolean googles =
        details.googles() || !details.violations().isEmpty() || GOOGLES.matcher(text).find();
    return switch (status.getCode()) {
      // What was damaged on its way says nothing of what was sent.
      case INVALID_ARGUMENT -> CHECKSUM.matcher(text).find() ? Probe.UNREACHABLE : Probe.OK;
      case PERMISSION_DENIED, NOT_FOUND -> googles ? Probe.REVOKED : Probe.UNREACHABLE;
      case FAILED_PRECONDITION ->
          googles && isOver(text, details) ? Probe.REVOKED : Probe.UNREACHABLE;
      // Who asks is not known, which is not the key's.
      case UNAUTHENTICATED ->
          details.reasons().contains(NO_ACCOUNT) ? Probe.REVOKED : Probe.UNREACHABLE;
      default -> Probe.UNREACHABLE;
    };
  }

  /** Whether a key in this state was usable, and is not any more. */
  private static boolean isOver(String text, Details details) {
    if (UNFINISHED.matcher(text + details.violations()).find()) {
      return false;
    }
    return details.violations().stream().noneMatch(type -> type.startsWith(EXTERNAL))
        || EXTERNAL_REFUSALS.stream().anyMatch(details::says);
  }

  /** Of what did not come from Google, the kind of fault alone. */
  private static String reason(Status status, Details details) {
    Throwable root = status.getCause() == null ? null : root(status.getCause());
    if (root instanceof NoGrpcException) {
      return String.valueOf(root.getMessage());
    }
    if (root != null) {
      return status.getCode() + ": " + root.getClass().getSimpleName();
    }
    List<String> types = new ArrayList<>(details.violations());
    types.addAll(details.reasons());
    String said = types.isEmpty() ? "" : " " + String.join(", ", types);
    return status.getCode() + said + (text(status).isEmpty() ? "" : ": " + text(status));
  }

  private static String text(Status status) {
    return status.getDescription() == null ? "" : status.getDescription();
  }

  private static Throwable root(Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }
}
