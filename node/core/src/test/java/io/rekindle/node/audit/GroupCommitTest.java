package io.rekindle.node.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class GroupCommitTest {
  private static GroupCommit.Ticket ticket(int bytes) {
    return new GroupCommit.Ticket(null, List.of(new byte[bytes]));
  }

  @Test
  void whoeverWaitsWhileOneCommitsSharesTheNextCommit() throws Exception {
    CountDownLatch firstEntered = new CountDownLatch(1);
    CountDownLatch letFirstGo = new CountDownLatch(1);
    List<Integer> sizes = new ArrayList<>();
    GroupCommit group =
        new GroupCommit(
            batch -> {
              firstEntered.countDown();
              await(letFirstGo);
              sizes.add(batch.size());
            });
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Long>> all = new ArrayList<>();
      all.add(threads.submit(() -> group.submit(ticket(10))));
      firstEntered.await();
      List<GroupCommit.Ticket> queued = new ArrayList<>();
      CountDownLatch allCalled = new CountDownLatch(20);
      for (int i = 0; i < 20; i++) {
        all.add(
            threads.submit(
                () -> {
                  GroupCommit.Ticket mine = ticket(10);
                  synchronized (queued) {
                    queued.add(mine);
                  }
                  allCalled.countDown();
                  return group.submit(mine);
                }));
      }
      allCalled.await();
      letFirstGo.countDown();
      for (Future<Long> one : all) {
        one.get();
      }
    }
    assertThat(sizes.stream().mapToInt(Integer::intValue).sum()).isEqualTo(21);
    assertThat(sizes.getFirst()).isEqualTo(1);
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aFailedCommitFailsForAllOfItsBatchAndForNobodyAfterwards() {
    boolean[] fail = {true};
    GroupCommit group =
        new GroupCommit(
            batch -> {
              if (fail[0]) {
                throw new IllegalStateException("disk");
              }
            });
    assertThatThrownBy(() -> group.submit(ticket(1)))
        .isInstanceOf(GroupCommit.Failed.class)
        .hasRootCauseMessage("disk");
    fail[0] = false;
    assertThat(group.submit(ticket(1))).isZero();
  }

  @Test
  void anInterruptWaitsUntilTheRecordIsWritten() {
    boolean[] seen = {true};
    GroupCommit group = new GroupCommit(batch -> seen[0] = Thread.currentThread().isInterrupted());
    Thread.currentThread().interrupt();
    group.submit(ticket(1));
    assertThat(seen[0]).as("while committing").isFalse();
    assertThat(Thread.interrupted()).as("afterwards").isTrue();
  }

  @Test
  void aLargeTicketIsCommittedAlone() {
    List<Integer> sizes = new ArrayList<>();
    GroupCommit group = new GroupCommit(batch -> sizes.add(batch.size()));
    group.submit(ticket(3 * 1024 * 1024));
    assertThat(sizes).containsExactly(1);
  }
}
