package io.rekindle.chaos.checker;

import java.util.List;

/** All of them. */
public final class Checkers {
  private static final List<Checker> ALL =
      List.of(
          new NoLostWrite(),
          new NoStaleReadAfterAck(),
          new NoCrossNamespaceRead(),
          new AuditChain(),
          new SearchFindsAcknowledged(),
          new DeletedStaysDeleted(),
          new OneWinnerPerIdempotencyKey(),
          new NoHalfTransaction());

  private Checkers() {}

  public static List<Checker> all() {
    return ALL;
  }

  public static List<Violation> check(Evidence evidence) {
    return ALL.stream().flatMap(it -> it.check(evidence).stream()).toList();
  }
}
