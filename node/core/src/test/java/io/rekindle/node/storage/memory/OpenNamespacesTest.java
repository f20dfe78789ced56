package io.rekindle.node.storage.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.Distance;
import io.rekindle.node.model.EmbeddingModelId;
import io.rekindle.node.model.Namespace;
import io.rekindle.node.model.NamespaceId;
import io.rekindle.node.model.NamespacePath;
import io.rekindle.node.model.NamespaceSettings;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class OpenNamespacesTest {
  private static final int KNOWN_MAX = 4;

  private final Map<NamespaceId, Namespace> disk = new ConcurrentHashMap<>();
  private final AtomicInteger lookups = new AtomicInteger();
  private final OpenNamespaces open = patient(Duration.ofSeconds(10));

  @Test
  void aNamespaceIsLookedUpOnceForManyWrites() {
    Namespace namespace = onDisk();

    for (int i = 0; i < 3; i++) {
      open.write(namespace).close();
    }

    assertThat(lookups).hasValue(1);
  }

  @Test
  void noWriteBeginsAfterTheDeleteHoweverOldItsNamespaceIs() {
    Namespace namespace = onDisk();
    open.write(namespace).close();

    open.delete(namespace, () -> disk.remove(namespace.id()));

    assertThat(refusal(() -> open.write(namespace))).isEqualTo(ErrorCode.NAMESPACE_NOT_FOUND);
  }

  @Test
  void aNamespaceThatIsNotOnDiskIsNeverWritten() {
    Namespace namespace = namespace();

    assertThat(refusal(() -> open.write(namespace))).isEqualTo(ErrorCode.NAMESPACE_NOT_FOUND);
    open.delete(namespace, () -> {});
    disk.put(namespace.id(), namespace);
    open.write(namespace).close();
  }

  @Test
  void theDecisionIsTakenWhenNobodyWrites() {
    Namespace namespace = onDisk();
    OpenNamespaces impatient = patient(Duration.ofMillis(1));
    AtomicInteger decisions = new AtomicInteger();
    OpenNamespaces.Write first = impatient.write(namespace);
    OpenNamespaces.Write second = impatient.write(namespace);

    first.close();
    assertThat(refusal(() -> impatient.delete(namespace, decisions::incrementAndGet)))
        .isEqualTo(ErrorCode.NOT_READY);
    second.close();
    impatient.delete(namespace, decisions::incrementAndGet);

    assertThat(decisions).hasValue(1);
  }

  @Test
  void aWriteWaitsForTheDecisionAndSeesIt() throws Exception {
    Namespace namespace = onDisk();
    CompletableFuture<ErrorCode> answer = new CompletableFuture<>();
    Thread writer =
        new Thread(() -> answer.complete(refusal(() -> open.write(namespace))), "late writer");

    open.delete(
        namespace,
        () -> {
          writer.start();
          awaitParked(writer);
          disk.remove(namespace.id());
        });

    assertThat(answer.get()).isEqualTo(ErrorCode.NAMESPACE_NOT_FOUND);
    writer.join();
  }

  @Test
  void afterARefusedDeleteTheDiskIsAskedAgain() {
    Namespace kept = onDisk();
    Namespace inDoubt = onDisk();
    open.write(kept).close();
    open.write(inDoubt).close();

    assertThatThrownBy(() -> open.delete(kept, OpenNamespacesTest::refuse)).hasMessage("refused");
    assertThatThrownBy(
            () ->
                open.delete(
                    inDoubt,
                    () -> {
                      disk.remove(inDoubt.id());
                      refuse();
                    }))
        .hasMessage("refused");

    open.write(kept).close();
    assertThat(refusal(() -> open.write(inDoubt))).isEqualTo(ErrorCode.NAMESPACE_NOT_FOUND);
  }

  @Test
  void whatIsKnownIsBoundedAndWhatIsHeldStays() {
    Namespace held = onDisk();
    OpenNamespaces impatient = patient(Duration.ofMillis(1));
    try (OpenNamespaces.Write _ = impatient.write(held)) {
      for (int i = 0; i < 3 * KNOWN_MAX; i++) {
        impatient.write(onDisk()).close();
      }
      assertThat(impatient.known()).isEqualTo(KNOWN_MAX);
      assertThat(refusal(() -> impatient.delete(held, () -> {}))).isEqualTo(ErrorCode.NOT_READY);
    }
    impatient.delete(held, () -> {});
  }

  private OpenNamespaces patient(Duration deleteWaitMax) {
    return new OpenNamespaces(
        id -> {
          lookups.incrementAndGet();
          return disk.get(id);
        },
        KNOWN_MAX,
        deleteWaitMax);
  }

  private Namespace onDisk() {
    Namespace namespace = namespace();
    disk.put(namespace.id(), namespace);
    return namespace;
  }

  private static Namespace namespace() {
    NamespaceSettings settings =
        new NamespaceSettings(EmbeddingModelId.EXTERNAL, 8, Distance.COSINE, List.of(), false, 1);
    return new Namespace(
        NamespaceId.of(UUID.randomUUID()), NamespacePath.parse("a"), settings, Instant.EPOCH, 1);
  }

  private static void refuse() {
    throw new IllegalStateException("refused");
  }

  private static void awaitParked(Thread thread) {
    while (thread.getState() != Thread.State.TIMED_WAITING) {
      Thread.onSpinWait();
    }
  }

  private static ErrorCode refusal(ThrowingCallable call) {
    RekindleException refusal = catchThrowableOfType(RekindleException.class, call);
    assertThat(refusal).isNotNull();
    return refusal.code();
  }
}
