package io.rekindle.node.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.rekindle.node.audit.AuditLog;
import io.rekindle.node.audit.TestAudit;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.gate.Request;
import io.rekindle.node.model.Reply;
import io.rekindle.node.model.RequestId;
import io.rekindle.node.telemetry.NodeMeters;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class GateSwitchTest {
  private static final Reply ANSWER = new Reply.Deleted(List.of());

  @TempDir Path folder;

  @Test
  void aClosedGateRefusesWithItsReason() {
    try (AuditLog audit = TestAudit.open(folder);
        NodeMeters meters = new NodeMeters()) {
      GateSwitch gate = new GateSwitch(audit, meters);
      assertThat(refusal(gate)).isEqualTo(ErrorCode.NOT_READY);

      gate.open(_ -> ANSWER, () -> null);
      assertThat(gate.handle(request())).isSameAs(ANSWER);

      gate.close(ErrorCode.KEY_REVOKED);
      assertThat(refusal(gate)).isEqualTo(ErrorCode.KEY_REVOKED);
    }
  }

  @Test
  void anOpenGateMayBeForbiddenToAnswerAndAllowedAgain() {
    AtomicReference<@Nullable ErrorCode> forbidden = new AtomicReference<>(ErrorCode.NO_MAJORITY);
    try (AuditLog audit = TestAudit.open(folder);
        NodeMeters meters = new NodeMeters()) {
      GateSwitch gate = new GateSwitch(audit, meters);
      gate.open(_ -> ANSWER, forbidden::get);
      assertThat(refusal(gate)).isEqualTo(ErrorCode.NO_MAJORITY);

      forbidden.set(null);
      assertThat(gate.handle(request())).isSameAs(ANSWER);
    }
  }

  /** In whatever order the engine comes and goes meanwhile. */
  @Test
  void aLockedGateSaysSoWhetherItIsOpenOrNot() {
    try (AuditLog audit = TestAudit.open(folder);
        NodeMeters meters = new NodeMeters()) {
      GateSwitch gate = new GateSwitch(audit, meters);
      gate.lock();
      assertThat(refusal(gate)).isEqualTo(ErrorCode.KEY_REVOKED);
      gate.open(_ -> ANSWER, () -> ErrorCode.NO_MAJORITY);
      assertThat(refusal(gate)).isEqualTo(ErrorCode.KEY_REVOKED);
      gate.close(ErrorCode.NOT_READY);
      assertThat(refusal(gate)).isEqualTo(ErrorCode.KEY_REVOKED);
      gate.open(_ -> ANSWER, () -> null);
      gate.unlock();
      assertThat(gate.handle(request())).isSameAs(ANSWER);
    }
  }

  @Test
  void closingWaitsForTheRequestsUnderWay() throws Exception {
    CountDownLatch entered = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    AtomicBoolean handled = new AtomicBoolean();
    try (AuditLog audit = TestAudit.open(folder);
        NodeMeters meters = new NodeMeters()) {
      GateSwitch gate = new GateSwitch(audit, meters);
      gate.open(
          _ -> {
            entered.countDown();
            try {
              release.await();
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
            handled.set(true);
            return ANSWER;
          },
          () -> null);
      CompletableFuture<Reply> underWay =
          CompletableFuture.supplyAsync(() -> gate.handle(request()));
      entered.await();
      AtomicBoolean handledAtTheEnd = new AtomicBoolean();
      Thread closer =
          Thread.ofPlatform()
              .start(
                  () -> {
                    gate.close(ErrorCode.NOT_READY);
                    handledAtTheEnd.set(handled.get());
                  });
      while (closer.isAlive() && closer.getState() != Thread.State.TIMED_WAITING) {
        Thread.onSpinWait();
      }
      release.countDown();
      closer.join();

      assertThat(handledAtTheEnd).isTrue();
      assertThat(underWay.get()).isSameAs(ANSWER);
    }
  }

  private static ErrorCode refusal(GateSwitch gate) {
    RekindleException refusal =
        catchThrowableOfType(RekindleException.class, () -> gate.handle(request()));
    assertThat(refusal).isNotNull();
    return refusal.code();
  }

  private static Request request() {
    return new Request(
        RequestId.random(),
        "test",
        "127.0.0.1",
        null,
        Instant.MAX,
        _ -> {
          throw new AssertionError("a fake gate decodes nothing");
        });
  }
}
