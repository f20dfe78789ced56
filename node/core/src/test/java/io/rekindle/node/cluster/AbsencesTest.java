package io.rekindle.node.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.node.model.ClusterNodeInfo;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AbsencesTest {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  private final List<ClusterNodeInfo> members = new ArrayList<>();
  private Instant now = START;
  private final Absences absences = new Absences(() -> members, () -> now);

  private void member(String id, boolean inBaseline, boolean online) {
    members.removeIf(member -> member.id().equals(id));
    members.add(new ClusterNodeInfo(id, List.of(), inBaseline, online));
  }

  @Test
  void aNodeIsAwaySinceItWasFirstSeenToBe() {
    member("a", true, true);
    member("b", true, true);
    assertThat(absences.look()).isEmpty();
    member("b", true, false);
    assertThat(absences.look()).isEqualTo(Map.of("b", START));
    now = START.plusSeconds(90);
    member("a", true, false);
    assertThat(absences.look()).isEqualTo(Map.of("b", START, "a", now));
  }

  @Test
  void whoWasBackIsAwaySinceTheNewTime() {
    member("a", true, false);
    absences.look();
    member("a", true, true);
    assertThat(absences.look()).isEmpty();
    now = START.plusSeconds(5);
    member("a", true, false);
    assertThat(absences.look()).isEqualTo(Map.of("a", now));
  }

  @Test
  void whoHoldsNoDataIsNotMissed() {
    member("a", false, false);
    assertThat(absences.look()).isEmpty();
  }
}
