package io.rekindle.node.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.node.contract.DoorFixture.Grant;
import io.rekindle.node.contract.DoorFixture.IssuedKey;
import io.rekindle.node.contract.TestDoor.Caller;
import io.rekindle.node.contract.TestDoor.Refused;
import io.rekindle.node.contract.TestDoor.Seed;
import io.rekindle.node.contract.TestDoor.Seen;
import io.rekindle.node.contract.TestDoor.StateSeed;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * What every door must hold when access is taken away: an open stream is cut, and the next call of
 * every kind is refused.
 */
public abstract class RevocationContract extends DoorContract {
  /** More than the buffers between the node and a client that reads no further. */
  private static final int MEMORIES = 40;

  private static final int CONTENT_BYTES = 40_000;

  private void storeMany() {
    List<Seed> seeds = new ArrayList<>();
    for (int i = 0; i < MEMORIES; i++) {
      seeds.add(
          Seed.of(i + "x".repeat(CONTENT_BYTES)).sensitivity(i % 2 == 0 ? "public" : "internal"));
    }
    assertThat(door().administrator().storeAll(a(), seeds)).hasOnlyElementsOfType(String.class);
  }

  private Grant grant() {
    return new Grant(a(), "");
  }

  /** Reads on until the stream is cut, which must be before its end. */
  private void cut(String reason, Iterator<List<Seen>> stream) {
    int[] pages = {1};
    refused(
        reason,
        () -> {
          while (stream.hasNext()) {
            stream.next();
            pages[0]++;
          }
        });
    assertThat(pages[0]).isLessThan(MEMORIES);
  }

  private Iterator<List<Seen>> openStream(Caller caller) {
    Iterator<List<Seen>> stream = caller.export(List.of(a()), 1, null);
    assertThat(stream.next()).hasSize(1);
    return stream;
  }

  private Map<String, ThrowingCallable> everyKind(Caller caller) {
    String id = absentId();
    Map<String, ThrowingCallable> calls = new LinkedHashMap<>();
    calls.put("store", () -> caller.store(a(), Seed.of("x")));
    calls.put("store of a batch", () -> caller.storeAll(a(), List.of(Seed.of("x"))));
    calls.put("get", () -> caller.get(a(), id));
    calls.put("get by key", () -> caller.getByExternalKey(a(), "k"));
    calls.put("list", () -> caller.list(List.of(a()), 1, null));
    calls.put("search", () -> caller.search(List.of(a()), ANY));
    calls.put("update", () -> caller.update(a(), id, Map.of("content", "x")));
    calls.put("delete", () -> caller.delete(a(), id));
    calls.put("delete of a batch", () -> caller.deleteAll(a(), List.of(id)));
    calls.put("export", () -> caller.export(List.of(a()), 1, null).next());
    calls.put("get state", () -> caller.getState(a(), "a", "k"));
    calls.put("set state", () -> caller.setState(a(), StateSeed.of("a", "k", "1")));
    calls.put("delete state", () -> caller.deleteState(a(), "a", "k", null));
    calls.put("list states", () -> caller.listStates(a(), null, 1, null));
    return calls;
  }

  private void everyKindIsRefused(String reason, Caller caller) {
    everyKind(caller).forEach((_, call) -> refused(reason, call));
  }

  @Test
  void aRevokedKeyEndsItsStreamsAndIsRefusedEverywhere() {
    storeMany();
    IssuedKey key = door().key(null, null, grant());
    Iterator<List<Seen>> stream = openStream(key.caller());
    door().revoke(key);
    everyKindIsRefused("UNAUTHENTICATED", key.caller());
    cut("UNAUTHENTICATED", stream);
  }

  @Test
  void anExpiredKeyEndsItsStreamsAndIsRefusedEverywhere() throws InterruptedException {
    storeMany();
    Duration lifetime = Duration.ofSeconds(2);
    @Nullable IssuedKey key = null;
    @Nullable Iterator<List<Seen>> stream = null;
    while (key == null || stream == null) {
      Instant expiry = Instant.now().plus(lifetime);
      key = door().key(null, expiry, grant());
      try {
        stream = openStream(key.caller());
      } catch (Refused e) {
        // A slow machine: the key was over before its first page.
        lifetime = lifetime.multipliedBy(2);
        continue;
      }
      while (Instant.now().isBefore(expiry)) {
        Thread.sleep(50);
      }
    }
    everyKindIsRefused("UNAUTHENTICATED", key.caller());
    cut("UNAUTHENTICATED", stream);
  }

  @Test
  void aGrantTakenAwayEndsTheStreamAndClosesTheNamespace() {
    storeMany();
    IssuedKey key = door().key(null, null, grant(), new Grant(t.shared(), ""));
    Iterator<List<Seen>> stream = openStream(key.caller());
    door().remove(key, grant());
    everyKindIsRefused("PERMISSION_DENIED", key.caller());
    cut("PERMISSION_DENIED", stream);
    assertThat(key.caller().list(List.of(t.shared()), 1, null).memories()).isEmpty();
  }

  @Test
  void aGrantNarrowedWhileAStreamIsOpenHidesTheRestOfIt() {
    storeMany();
    IssuedKey key = door().key(null, null, grant());
    Iterator<List<Seen>> stream = openStream(key.caller());
    door().add(key, new Grant(a(), "sensitivity = \"public\""));
    door().remove(key, grant());
    int internal = 0;
    int open = 0;
    while (stream.hasNext()) {
      for (Seen seen : stream.next()) {
        int number = Integer.parseInt(seen.content().substring(0, seen.content().indexOf('x')));
        internal += number % 2;
        open += 1 - number % 2;
      }
    }
    // Newest first, in turns; what was under way when the grant changed may still arrive.
    assertThat(internal).isLessThan(open - MEMORIES / 8);
  }
}
