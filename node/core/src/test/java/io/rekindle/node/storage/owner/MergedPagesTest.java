package io.rekindle.node.storage.owner;

import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.node.model.AgentState;
import io.rekindle.node.model.NamespacePath;
import io.rekindle.node.storage.Page;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Pages of several owners, merged page by page, are the whole in its order. */
class MergedPagesTest {
  private static final Comparator<AgentState> ORDER =
      Comparator.comparing(AgentState::agentId).thenComparing(AgentState::key);

  @Property(tries = 300)
  void pageAfterPageNothingIsLeftOutAndNothingComesTwice(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 7) int pageSize) {
    Random random = new Random(seed);
    List<List<AgentState>> owners = List.of(states(random), states(random), states(random));
    List<AgentState> all = owners.stream().flatMap(List::stream).sorted(ORDER).toList();

    List<AgentState> paged = new ArrayList<>();
    boolean more = true;
    while (more) {
      AgentState last = paged.isEmpty() ? null : paged.getLast();
      // An owner may have room for less than a page.
      int room = 1 + random.nextInt(pageSize);
      List<Page<AgentState>> parts = new ArrayList<>();
      for (List<AgentState> owned : owners) {
        List<AgentState> behind =
            owned.stream().filter(one -> last == null || ORDER.compare(one, last) > 0).toList();
        parts.add(new Page<>(behind.stream().limit(room).toList(), behind.size() > room));
      }
      Page<AgentState> page = MergedPages.ofStates(parts, pageSize);
      assertThat(page.items()).hasSizeLessThanOrEqualTo(pageSize);
      paged.addAll(page.items());
      more = page.more();
    }
    assertThat(paged).containsExactlyElementsOf(all);
  }

  private static List<AgentState> states(Random random) {
    return random
        .ints(random.nextInt(12), 0, 1_000_000)
        .distinct()
        .mapToObj(
            key ->
                new AgentState(
                    NamespacePath.parse("a"),
                    "a" + key % 3,
                    "k" + key,
                    "1",
                    1,
                    Instant.EPOCH,
                    Instant.EPOCH))
        .sorted(ORDER)
        .toList();
  }
}
