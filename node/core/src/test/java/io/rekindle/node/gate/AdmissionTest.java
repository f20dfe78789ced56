package io.rekindle.node.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.ApiKeyId;
import io.rekindle.node.model.MemoryCommand;
import io.rekindle.node.model.NamespacePath;
import io.rekindle.node.model.NamespaceSelector;
import io.rekindle.node.model.RequestId;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;

class AdmissionTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final ApiKeyId KEY = new ApiKeyId("aaaaaaaaaaaaaaaa");
  private static final ApiKeyId OTHER = new ApiKeyId("bbbbbbbbbbbbbbbb");

  private final Admission admission = new Admission(3, 2, InstantSource.fixed(NOW));

  @Test
  void requestsOverTheBoundAreRefusedAndNameIt() {
    List<Admission.Slot> slots = List.of(admission.admit(), admission.admit(), admission.admit());
    assertThatThrownBy(admission::admit)
        .isInstanceOfSatisfying(
            RekindleException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.TOO_MANY_REQUESTS);
              assertThat(e.details())
                  .containsEntry("limit", "3")
                  .containsEntry("limit_key", "rekindle.requests.in-flight-max");
            });
    slots.getFirst().close();
    admission.admit().close();
  }

  @Test
  void oneKeyAtItsBoundLeavesTheOthersAlone() {
    Admission.Slot first = admission.admit(KEY);
    admission.admit(KEY);
    assertThatThrownBy(() -> admission.admit(KEY))
        .isInstanceOfSatisfying(
            RekindleException.class,
            e ->
                assertThat(e.details())
                    .containsEntry("limit_key", "rekindle.requests.in-flight-per-key-max"));
    admission.admit(OTHER).close();
    first.close();
    admission.admit(KEY).close();
  }

  @Test
  void aRefusalGivesItsPlaceBack() {
    Admission.Slot first = admission.admit(KEY);
    Admission.Slot second = admission.admit(KEY);
    for (int i = 0; i < 10; i++) {
      assertThatThrownBy(() -> admission.admit(KEY)).isInstanceOf(RekindleException.class);
    }
    first.close();
    second.close();
    admission.admit(KEY);
    admission.admit(KEY);
  }

  @Test
  void aDeadlineInThePastIsRefusedBeforeTheWork() {
    Request late = new Request(RequestId.random(), "grpc", "127.0.0.1", null, NOW, _ -> list());
    assertThatThrownBy(() -> admission.checkDeadline(late))
        .isInstanceOfSatisfying(
            RekindleException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.DEADLINE_EXCEEDED));
  }

  private static MemoryCommand list() {
    return new MemoryCommand.ListPage(
        NamespaceSelector.of(NamespacePath.parse("a")), null, 10, null, false);
  }
}
