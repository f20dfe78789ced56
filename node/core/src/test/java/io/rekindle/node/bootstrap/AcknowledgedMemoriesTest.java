package io.rekindle.node.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.node.audit.AuditRecord;
import io.rekindle.node.audit.AuditRecord.Kind;
import io.rekindle.node.model.MemoryId;
import io.rekindle.node.model.NamespacePath;
import io.rekindle.node.model.RequestId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class AcknowledgedMemoriesTest {
  private static final NamespacePath PATH = NamespacePath.parse("acme/support");
  private static final MemoryId ID = new MemoryId(new UUID(1, 2));

  private final List<AuditRecord> records = new ArrayList<>();

  @Test
  void whatWasStoredMustBeThere() {
    request("memory.store");
    assertThat(read().stored()).containsOnlyKeys(ID).containsValue(PATH);
    assertThat(read().deleted()).isEmpty();
  }

  @Test
  void whatWasDeletedMustNotBeThere() {
    request("memory.store");
    request("memory.delete");
    assertThat(read().stored()).isEmpty();
    assertThat(read().deleted()).containsOnlyKeys(ID);
  }

  @Test
  void whatWasStoredAgainMustBeThere() {
    request("memory.delete");
    request("memory.store");
    assertThat(read().stored()).containsOnlyKeys(ID);
    assertThat(read().deleted()).isEmpty();
  }

  @Test
  void aRequestWithoutAnOutcomeLeavesItOpen() {
    request("memory.store");
    add(Kind.INTENT, RequestId.random(), "memory.delete", AuditRecord.ALLOWED);
    assertNothingIsSaid();
  }

  @Test
  void aFailureLeavesItOpenAlsoWhenItWasFoundAfterACrash() {
    for (String decision : List.of("INTERNAL", IntentRecovery.FOUND_AFTER_CRASH)) {
      request("memory.store");
      RequestId delete = RequestId.random();
      add(Kind.INTENT, delete, "memory.delete", AuditRecord.ALLOWED);
      add(Kind.OUTCOME, delete, "memory.delete", decision);
      assertNothingIsSaid();
    }
  }

  @Test
  void twoRequestsAtATimeLeaveItOpenUntilTheNextOne() {
    RequestId update = RequestId.random();
    add(Kind.INTENT, update, "memory.update", AuditRecord.ALLOWED);
    request("memory.delete");
    add(Kind.OUTCOME, update, "memory.update", AuditRecord.ALLOWED);
    assertNothingIsSaid();
    request("memory.store");
    assertThat(read().stored()).containsOnlyKeys(ID);
  }

  @Test
  void anOutcomeWhoseIntentIsNotKnownLeavesItOpen() {
    request("memory.delete");
    add(Kind.OUTCOME, RequestId.random(), "memory.store", AuditRecord.ALLOWED);
    assertNothingIsSaid();
  }

  @Test
  void aNamespaceThatWasDeletedTakesItsMemoriesAlong() {
    request("memory.store");
    request("namespace.write");
    assertNothingIsSaid();
  }

  private void assertNothingIsSaid() {
    assertThat(read().stored()).isEmpty();
    assertThat(read().deleted()).isEmpty();
  }

  private AcknowledgedMemories read() {
    return AcknowledgedMemories.of(records);
  }

  private void request(String action) {
    RequestId id = RequestId.random();
    add(Kind.INTENT, id, action, AuditRecord.ALLOWED);
    add(Kind.OUTCOME, id, action, AuditRecord.ALLOWED);
  }

  private void add(Kind kind, RequestId request, String action, String decision) {
    records.add(
        new AuditRecord(
            Instant.EPOCH,
            kind,
            request,
            null,
            null,
            action,
            List.of(PATH),
            List.of(ID),
            1,
            null,
            decision,
            "grpc",
            "",
            0));
  }
}
