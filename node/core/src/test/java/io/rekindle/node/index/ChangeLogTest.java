package io.rekindle.node.index;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import org.junit.jupiter.api.Test;

class ChangeLogTest {
  private final ChangeLog log = new ChangeLog();

  private static BitSet setOf(int... rows) {
    BitSet set = new BitSet();
    for (int row : rows) {
      set.set(row);
    }
    return set;
  }

  @Test
  void knowsTheRowsThatChangedSinceAndNoOthers() {
    log.add(3);
    log.add(5);
    long since = log.last();
    log.add(7);
    log.add(900);
    log.add(8);
    BitSet set = setOf(1);
    assertThat(log.addSince(since, set, 900)).isTrue();
    assertThat(set).isEqualTo(setOf(1, 7, 8));
    assertThat(log.addSince(log.last(), set, 900)).isTrue();
    assertThat(set).isEqualTo(setOf(1, 7, 8));
  }

  @Test
  void saysWhenItIsOvertaken() {
    log.add(1);
    log.add(2);
    BitSet set =
        new BitSet() {
          @Override
          public void set(int row) {
            super.set(row);
            for (int n = 0; n < ChangeLog.SIZE; n++) {
              log.add(3);
            }
          }
        };
    assertThat(log.addSince(1, set, 10)).isFalse();
  }

  @Test
  void saysWhenItKnowsTooFew() {
    for (int n = 0; n < 100; n++) {
      log.add(1);
    }
    long since = log.last();
    for (int n = 1; n < ChangeLog.SIZE; n++) {
      log.add(n);
    }
    BitSet set = new BitSet();
    assertThat(log.addSince(since, set, 1_000)).isTrue();
    assertThat(set.cardinality()).isEqualTo(ChangeLog.SIZE - 1);
    log.add(1);
    assertThat(log.addSince(since, set, 1_000)).isFalse();
  }
}
