package io.rekindle.node.bootstrap;

import io.rekindle.node.bootstrap.WriteLedger.Entry;
import io.rekindle.node.contract.TestDoor.Refused;
import io.rekindle.v1.Memory;
import io.rekindle.v1.StoreMemoryResponse;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One client that stores, updates, deletes and repeats itself until it is refused, and tells the
 * ledger before and after.
 */
final class LedgerWriter implements Runnable {
  private static final int SHARED_CONTENTS = 200;
  private static final int KEPT_MAX = 40;

  private final DoorClient door;
  private final WriteLedger ledger;
  private final String name;
  private final Random random;
  private final BooleanSupplier refusalExpected;
  private final ConcurrentLinkedQueue<String> wrong;
  private final List<Entry> mine = new ArrayList<>();
  private final Map<Entry, Long> revisions = new HashMap<>();
  private int made;
  private volatile @Nullable Refused refusal;

  /**
   * @param name no other writer of the ledger had it
   * @param refusalExpected whether the node is being killed by now
   * @param wrong gets what must not happen
   */
  LedgerWriter(
      DoorClient door,
      WriteLedger ledger,
      String name,
      long seed,
      BooleanSupplier refusalExpected,
      ConcurrentLinkedQueue<String> wrong) {
    this.door = door;
    this.ledger = ledger;
    this.name = name;
    this.random = new Random(seed);
    this.refusalExpected = refusalExpected;
    this.wrong = wrong;
  }

  @Override
  public void run() {
    try {
      storeWords();
      while (true) {
        step();
      }
    } catch (Refused e) {
      refusal = e;
      if (!refusalExpected.getAsBoolean()) {
        wrong.add(name + " was refused: " + e.getMessage());
      }
    } catch (RuntimeException | AssertionError e) {
      wrong.add(name + ": " + e);
    }
  }

  /** What ended it. */
  @Nullable Refused refusal() {
    return refusal;
  }

  private void step() {
    int dice = random.nextInt(10);
    if (mine.isEmpty() || (dice < 4 && mine.size() < KEPT_MAX)) {
      store();
    } else if (dice < 5) {
      storeShared();
    } else if (dice < 8) {
      update(any());
    } else if (dice < 9) {
      repeat(any());
    } else {
      delete(any());
    }
  }

  private Entry any() {
    return mine.get(random.nextInt(mine.size()));
  }

  private void store() {
    Entry entry = ledger.begin(name + "-" + made++);
    entry.tries(1);
    StoreMemoryResponse answer = door.store(WriteLedger.OWN, entry.first(), entry.storeKey());
    entry.stored(answer.getMemory());
    require(answer.getCreated(), "a first store was no creation: " + entry);
    mine.add(entry);
    revisions.put(entry, 1L);
  }

  private void update(Entry entry) {
    long revision = revisions.merge(entry, 1L, Long::sum);
    entry.tries(revision);
    entry.updated(
        door.update(WriteLedger.OWN, entry.revised(revision), entry.updateKey(revision)), revision);
  }

  /** Under the same idempotency key: the same memory, as it is now. */
  private void repeat(Entry entry) {
    Memory answer = door.store(WriteLedger.OWN, entry.first(), entry.storeKey()).getMemory();
    require(answer.getMemoryId().equals(entry.memoryId()), "a replay answered another memory");
  }

  private void delete(Entry entry) {
    entry.triesDelete();
    door.delete(WriteLedger.OWN, entry.acknowledgedId());
    entry.deleted();
    mine.remove(entry);
  }

  /** Several writers store the same content at the same time; one wins. */
  private void storeShared() {
    String content = "shared content " + random.nextInt(SHARED_CONTENTS);
    String id = door.store(WriteLedger.SHARED, shared(content), "").getMemory().getMemoryId();
    require(id.equals(ledger.toldShared(content, id)), "two memories of one content");
  }

  static Memory shared(String content) {
    return Memory.newBuilder()
        .setContent(content)
        .addAllVector(WriteLedger.vectorOf(content))
        .build();
  }

  private void storeWords() {
    String text = "the customer " + name + " prefers to be called in the morning";
    Memory memory = Memory.newBuilder().setContent(text).build();
    String id = door.store(WriteLedger.WORDS, memory, "words-" + name).getMemory().getMemoryId();
    ledger.wordIds().put(text, id);
  }

  private void require(boolean holds, String otherwise) {
    if (!holds) {
      wrong.add(otherwise);
    }
  }
}
