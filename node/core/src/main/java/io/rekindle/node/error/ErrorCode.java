package io.rekindle.node.error;

/**
 * Every error that Rekindle answers with, and what it is called in each protocol.
 *
 * <p>The name of a constant is the {@code reason} of {@code google.rpc.ErrorInfo} (domain {@code
 * rekindle.io}) and never changes once released.
 */
public enum ErrorCode {
  INVALID_ARGUMENT(Blame.CALLER, GrpcStatus.INVALID_ARGUMENT, 400, "22023"),
  LIMIT_EXCEEDED(Blame.CALLER, GrpcStatus.INVALID_ARGUMENT, 400, "54000"),
  UNAUTHENTICATED(Blame.CALLER, GrpcStatus.UNAUTHENTICATED, 401, "28P01"),
  PERMISSION_DENIED(Blame.CALLER, GrpcStatus.PERMISSION_DENIED, 403, "42501"),
  NAMESPACE_NOT_FOUND(Blame.CALLER, GrpcStatus.NOT_FOUND, 404, "3F000"),
  NAMESPACE_EXISTS(Blame.CALLER, GrpcStatus.ALREADY_EXISTS, 409, "42P06"),
  NAMESPACE_NOT_EMPTY(Blame.CALLER, GrpcStatus.FAILED_PRECONDITION, 409, "2BP01"),
  MEMORY_NOT_FOUND(Blame.CALLER, GrpcStatus.NOT_FOUND, 404, "02000"),
  MEMORY_EXISTS(Blame.CALLER, GrpcStatus.ALREADY_EXISTS, 409, "23505"),
  /** A unique value is taken; says nothing of by whom, because the caller may not see the row. */
  UNIQUE_CONFLICT(Blame.CALLER, GrpcStatus.ALREADY_EXISTS, 409, "23505"),
  STATE_NOT_FOUND(Blame.CALLER, GrpcStatus.NOT_FOUND, 404, "02000"),
  API_KEY_NOT_FOUND(Blame.CALLER, GrpcStatus.NOT_FOUND, 404, "42704"),
  GRANT_NOT_FOUND(Blame.CALLER, GrpcStatus.NOT_FOUND, 404, "42704"),
  NODE_NOT_FOUND(Blame.CALLER, GrpcStatus.NOT_FOUND, 404, "42704"),
  NODE_AWAY(Blame.CALLER, GrpcStatus.FAILED_PRECONDITION, 409, "55000"),
  NODE_ONLINE(Blame.CALLER, GrpcStatus.FAILED_PRECONDITION, 409, "55000"),
  /** The last copy of something would go; the caller can say that it may. */
  DATA_WOULD_BE_LOST(Blame.CALLER, GrpcStatus.FAILED_PRECONDITION, 409, "55000"),
  BACKUP_NOT_FOUND(Blame.CALLER, GrpcStatus.NOT_FOUND, 404, "42704"),
  BACKUP_EXISTS(Blame.CALLER, GrpcStatus.ALREADY_EXISTS, 409, "42710"),
  /** The nodes could not write it all; what was written is no backup. */
  BACKUP_FAILED(Blame.INTERNAL, GrpcStatus.INTERNAL, 500, "58030"),
  VERSION_CONFLICT(Blame.CALLER, GrpcStatus.ABORTED, 409, "40001"),
  IDEMPOTENCY_CONFLICT(Blame.CALLER, GrpcStatus.ALREADY_EXISTS, 409, "23505"),
  MODEL_MISMATCH(Blame.CALLER, GrpcStatus.FAILED_PRECONDITION, 409, "22023"),
  /** The namespace's model is not on this node: what needs no text embedded goes on. */
  MODEL_NOT_CONFIGURED(Blame.CALLER, GrpcStatus.FAILED_PRECONDITION, 409, "55000"),
  PAGE_TOKEN_INVALID(Blame.CALLER, GrpcStatus.INVALID_ARGUMENT, 400, "22023"),
  DEADLINE_EXCEEDED(Blame.CALLER, GrpcStatus.DEADLINE_EXCEEDED, 504, "57014"),
  TOO_MANY_REQUESTS(Blame.EXHAUSTED, GrpcStatus.RESOURCE_EXHAUSTED, 429, "53300"),
  DISK_RESERVE_REACHED(Blame.EXHAUSTED, GrpcStatus.RESOURCE_EXHAUSTED, 507, "53100"),
  INDEX_MEMORY_EXHAUSTED(Blame.EXHAUSTED, GrpcStatus.RESOURCE_EXHAUSTED, 507, "53200"),
  NOT_READY(Blame.EXHAUSTED, GrpcStatus.UNAVAILABLE, 503, "57P03"),
  /** Fewer than half of the cluster's nodes are in reach: another node may answer. */
  NO_MAJORITY(Blame.EXHAUSTED, GrpcStatus.UNAVAILABLE, 503, "57P03"),
  /** All copies of what was asked for are on nodes that are away. */
  PARTITION_LOST(Blame.EXHAUSTED, GrpcStatus.UNAVAILABLE, 503, "57P03"),
  KEY_REVOKED(Blame.EXHAUSTED, GrpcStatus.UNAVAILABLE, 503, "57P03"),
  /**
   * A node was lost while it worked on a write: it is done, or not. Not UNAVAILABLE, which clients
   * repeat by themselves; a write with an idempotency key may be repeated.
   */
  OUTCOME_UNKNOWN(Blame.INTERNAL, GrpcStatus.UNKNOWN, 500, "08007"),
  AUDIT_UNAVAILABLE(Blame.INTERNAL, GrpcStatus.UNAVAILABLE, 503, "58030"),
  DATA_CORRUPTED(Blame.INTERNAL, GrpcStatus.DATA_LOSS, 500, "XX001"),
  INTERNAL(Blame.INTERNAL, GrpcStatus.INTERNAL, 500, "XX000");

  /** Who can mend it: the caller by another request, the caller by waiting, or we. */
  public enum Blame {
    CALLER,
    EXHAUSTED,
    INTERNAL
  }

  /** The gRPC statuses in use, by the names and numbers of gRPC; no library is needed to say so. */
  public enum GrpcStatus {
    UNKNOWN(2),
    INVALID_ARGUMENT(3),
    DEADLINE_EXCEEDED(4),
    NOT_FOUND(5),
    ALREADY_EXISTS(6),
    PERMISSION_DENIED(7),
    RESOURCE_EXHAUSTED(8),
    FAILED_PRECONDITION(9),
    ABORTED(10),
    INTERNAL(13),
    UNAVAILABLE(14),
    DATA_LOSS(15),
    UNAUTHENTICATED(16);

    private final int number;

    GrpcStatus(int number) {
      this.number = number;
    }

    public int number() {
      return number;
    }
  }

  private final Blame blame;
  private final GrpcStatus grpc;
  private final int http;
  private final String sqlState;

  ErrorCode(Blame blame, GrpcStatus grpc, int http, String sqlState) {
    this.blame = blame;
    this.grpc = grpc;
    this.http = http;
    this.sqlState = sqlState;
  }

  public Blame blame() {
    return blame;
  }

  public GrpcStatus grpc() {
    return grpc;
  }

  public int http() {
    return http;
  }

  public String sqlState() {
    return sqlState;
  }
}
