package io.rekindle.node.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.node.audit.AuditRecord.Kind;
import io.rekindle.node.bootstrap.WriteLedger.Entry;
import io.rekindle.node.contract.TestDoor.Refused;
import io.rekindle.v1.AuditRecord;
import io.rekindle.v1.Memory;
import io.rekindle.v1.SearchHit;
import io.rekindle.v1.StoreMemoryResponse;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Holds a node that came back against the ledger of what it had acknowledged. */
final class LedgerCheck {
  private static final int WORD_TRIES_MAX = 600;
  private static final long WORD_PAUSE_MILLIS = 100;

  private final DoorClient door;
  private final WriteLedger ledger;
  private final List<String> wrong = new ArrayList<>();

  private LedgerCheck(DoorClient door, WriteLedger ledger) {
    this.door = door;
    this.ledger = ledger;
  }

  /** Checks everything; returns what is wrong. */
  static List<String> run(DoorClient door, WriteLedger ledger) {
    LedgerCheck check = new LedgerCheck(door, ledger);
    check.checkAudit();
    check.checkMemories();
    check.checkShared();
    check.checkWords();
    return check.wrong;
  }

  /** Checks the memories of one namespace alone. */
  static List<String> runOnRows(DoorClient door, WriteLedger ledger) {
    LedgerCheck check = new LedgerCheck(door, ledger);
    check.checkMemories();
    return check.wrong;
  }

  private void require(boolean holds, String otherwise) {
    if (!holds) {
      wrong.add(otherwise);
    }
  }

  private void checkMemories() {
    Map<String, Memory> rows = new HashMap<>();
    for (Memory row : door.list(WriteLedger.OWN)) {
      String name = row.getExternalKey();
      require(rows.put(name, row) == null, "two rows of " + name);
      require(ledger.entries().containsKey(name), "a row that nobody stored: " + name);
    }
    ledger.entries().values().forEach(entry -> check(entry, rows.get(entry.name)));
  }

  private void check(Entry entry, @Nullable Memory listed) {
    long revision = listed == null ? 0 : WriteLedger.revisionOf(listed);
    if (!entry.allows(revision)) {
      wrong.add("revision " + revision + " of " + entry);
      return;
    }
    if (listed == null) {
      checkGone(entry);
      return;
    }
    if (entry.acknowledgedIs(revision)) {
      require(
          listed.getVersion() == entry.version(),
          "version " + listed.getVersion() + " instead of " + entry.version() + " of " + entry);
    }
    entry.found(listed, revision);
    Memory byKey = door.getByExternalKey(WriteLedger.OWN, entry.name);
    require(byKey.getMemoryId().equals(listed.getMemoryId()), "external key of " + entry);
    require(byKey.getContent().equals(listed.getContent()), "content of " + entry);
    checkReplay(entry, listed.getMemoryId());
    List<SearchHit> hits = door.search(WriteLedger.OWN, entry.vector(revision), 1);
    require(
        hits.stream().anyMatch(hit -> hit.getMemory().getMemoryId().equals(listed.getMemoryId())),
        "search does not find " + entry);
  }

  private void checkGone(Entry entry) {
    entry.settle(0);
    String id = entry.memoryId();
    if (id != null) {
      require(
          refusal(() -> door.get(WriteLedger.OWN, id)).equals("MEMORY_NOT_FOUND"),
          "is not gone: " + entry);
    }
    require(
        refusal(() -> door.getByExternalKey(WriteLedger.OWN, entry.name))
            .equals("MEMORY_NOT_FOUND"),
        "its external key is not gone: " + entry);
  }

  /** The same request finds the row, another one under its key is a conflict: the record exists. */
  private void checkReplay(Entry entry, String id) {
    StoreMemoryResponse replay = door.store(WriteLedger.OWN, entry.first(), entry.storeKey());
    require(
        !replay.getCreated() && replay.getMemory().getMemoryId().equals(id),
        "a replay was stored again: " + entry);
    Memory other = entry.first().toBuilder().setContent("another").build();
    require(
        refusal(() -> door.store(WriteLedger.OWN, other, entry.storeKey()))
            .equals("IDEMPOTENCY_CONFLICT"),
        "the idempotency record is missing: " + entry);
  }

  private void checkShared() {
    Set<String> contents = new HashSet<>();
    for (Memory row : door.list(WriteLedger.SHARED)) {
      require(contents.add(row.getContent()), "twice: " + row.getContent());
    }
    ledger
        .sharedIds()
        .forEach(
            (content, id) -> {
              StoreMemoryResponse again =
                  door.store(WriteLedger.SHARED, LedgerWriter.shared(content), "");
              require(
                  !again.getCreated() && again.getMemory().getMemoryId().equals(id),
                  "a duplicate was stored again: " + content);
            });
  }

  /** What waited for its embedding when the node died is embedded by the next one. */
  private void checkWords() {
    ledger.wordIds().forEach((text, id) -> require(isFound(text, id), "not found: " + text));
  }

  private boolean isFound(String text, String id) {
    for (int i = 0; i < WORD_TRIES_MAX; i++) {
      if (door.search(WriteLedger.WORDS, text, 1).stream()
          .anyMatch(hit -> hit.getMemory().getMemoryId().equals(id))) {
        return true;
      }
      pause();
    }
    return false;
  }

  static void pauseShortly() {
    sleep(10);
  }

  static void pause() {
    sleep(WORD_PAUSE_MILLIS);
  }

  private static void sleep(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private void checkAudit() {
    wrong.addAll(door.auditProblems());
    Map<String, Integer> complete = new HashMap<>();
    Map<String, AuditRecord> outcomes = new HashMap<>();
    for (AuditRecord record : door.auditRecords()) {
      require(!record.getAction().startsWith("storage."), "an alarm: " + record);
      // Newest first: an outcome is met before its intent.
      if (record.getKind().equalsIgnoreCase(Kind.INTENT.name())) {
        AuditRecord outcome = outcomes.remove(record.getRequestId());
        if (outcome == null) {
          wrong.add("an intent without an outcome: " + record);
        } else if (outcome.getDecision().equals("allowed")) {
          for (String id : outcome.getMemoryIdsList()) {
            complete.merge(outcome.getAction() + " " + id, 1, Integer::sum);
          }
        }
      } else if (record.getKind().equalsIgnoreCase(Kind.OUTCOME.name())) {
        outcomes.put(record.getRequestId(), record);
      }
    }
    require(outcomes.isEmpty(), "outcomes without an intent: " + outcomes.values());
    for (Entry entry : ledger.entries().values()) {
      checkRecords(complete, entry, "memory.store", entry.stores());
      checkRecords(complete, entry, "memory.update", entry.updates());
      checkRecords(complete, entry, "memory.delete", entry.deletes());
    }
  }

  private void checkRecords(
      Map<String, Integer> complete, Entry entry, String action, int acknowledged) {
    int recorded = complete.getOrDefault(action + " " + entry.memoryId(), 0);
    require(
        recorded >= acknowledged,
        "%d of %d acknowledged %s are recorded of %s"
            .formatted(recorded, acknowledged, action, entry));
  }

  /** Why a call was refused; empty when it was not. */
  static String refusal(Runnable call) {
    try {
      call.run();
      return "";
    } catch (Refused e) {
      return e.reason();
    }
  }

  static void assertRight(List<String> wrong, String where) {
    assertThat(wrong).as(where).isEmpty();
  }
}
