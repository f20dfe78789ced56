package io.rekindle.chaos.checker;

import io.rekindle.chaos.history.Answer;
import io.rekindle.chaos.history.Fingerprint;
import io.rekindle.chaos.history.History;
import io.rekindle.chaos.history.Kind;
import io.rekindle.chaos.history.Observed;
import io.rekindle.chaos.history.Operation;
import io.rekindle.chaos.history.Outcome;
import io.rekindle.chaos.history.Phase;
import io.rekindle.chaos.history.Recorder;
import io.rekindle.chaos.history.Request;
import io.rekindle.chaos.model.RecordKey;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Writes a history by hand: each line is one operation, one after the other unless it is open. */
final class Script {
  static final String NAMESPACE = "mine";
  private static final String OTHER = "other";

  private final AtomicLong clock = new AtomicLong();
  private final Recorder recorder = new Recorder(clock::incrementAndGet);
  private final List<Observed> listed = new ArrayList<>();
  private Phase phase = Phase.TRAFFIC;
  private String asked = NAMESPACE;
  private int keys;

  private Script() {}

  /**
   * A history that everybody accepts: {@code a} stored and updated, {@code b} stored and deleted,
   * {@code c} stored by nobody knows, a state set, and a foreign namespace refused.
   */
  static Script clean() {
    Script script = new Script();
    script.stored("a", "a1").updated("a", 1, "a2").searched("a", "a2", "a");
    script.stored("b", "b1").got("b", 1, "b1").deleted("b").missing("b");
    script.open(Kind.STORE, "c", "k-c", "c1");
    script.set("state:s", 0, "s1");
    int refused = script.ask(Kind.GET, "a", "", OptionalLong.empty(), null, OTHER, false);
    script.recorder.complete(refused, Outcome.FAILED, Answer.error("PERMISSION_DENIED"));
    return script;
  }

  /** What the last read finds when nothing went wrong. */
  static Script cleanToTheEnd() {
    return clean().atTheEnd().got("a", 2, "a2").missing("b").missing("c").state("s1").list();
  }

  static Observed row(String key, long version, String value) {
    return new Observed(NAMESPACE, key, version, print(value));
  }

  static Fingerprint print(String value) {
    return new Fingerprint("content " + value, "metadata " + value, "vector " + value);
  }

  Script atTheEnd() {
    phase = Phase.LAST_READ;
    return this;
  }

  Script stored(String key, String value) {
    return stored(key, value, "k-" + key, true);
  }

  Script stored(String key, String value, String idempotencyKey, boolean created) {
    int number = open(Kind.STORE, key, idempotencyKey, value);
    return ok(number, new Answer("", created, false, List.of(answered(key, 1))));
  }

  Script updated(String key, long expected, String value) {
    OptionalLong version = OptionalLong.of(expected);
    int number = ask(Kind.UPDATE, key, next(), version, print(value), NAMESPACE, true);
    return ok(number, Answer.of(List.of(answered(key, expected + 1))));
  }

  /** An update that is never answered. */
  Script openUpdate(String key, long expected, String value) {
    OptionalLong version = OptionalLong.of(expected);
    ask(Kind.UPDATE, key, next(), version, print(value), NAMESPACE, true);
    return this;
  }

  Script refusedUpdate(String key, long expected, String value) {
    OptionalLong version = OptionalLong.of(expected);
    int number = ask(Kind.UPDATE, key, next(), version, print(value), NAMESPACE, true);
    recorder.complete(number, Outcome.FAILED, Answer.error("VERSION_CONFLICT"));
    return this;
  }

  Script set(String key, long expected, String value) {
    OptionalLong version = OptionalLong.of(expected);
    int number = ask(Kind.SET_STATE, key, next(), version, print(value), NAMESPACE, true);
    return ok(number, Answer.of(List.of(answered(key, expected + 1))));
  }

  Script state(String value) {
    int number = read(Kind.GET_STATE, "state:s");
    return ok(number, Answer.of(List.of(row("state:s", 1, value))));
  }

  /** A delete that is answered. */
  Script deleted(String key) {
    int number = ask(Kind.DELETE, key, next(), OptionalLong.empty(), null, NAMESPACE, true);
    return ok(number, Answer.of(List.of()));
  }

  Script got(String key, long version, String value) {
    return shown(key, row(key, version, value));
  }

  /** A read by key that shows any row; the last list will show it, too. */
  Script shown(String key, Observed row) {
    if (phase == Phase.LAST_READ) {
      listed.add(row);
    }
    return ok(read(Kind.GET, key), Answer.of(List.of(row)));
  }

  Script missing(String key) {
    return ok(read(Kind.GET, key), Answer.of(List.of()));
  }

  Script unreadable(String key) {
    recorder.complete(read(Kind.GET, key), Outcome.FAILED, Answer.error("DATA_CORRUPTED"));
    return this;
  }

  Script searched(String key, String value, String... found) {
    List<Observed> hits = List.of(found).stream().map(it -> row(it, 2, value)).toList();
    return ok(searching(key, value), Answer.of(hits));
  }

  Script searchedInPart(String key, String value) {
    return ok(searching(key, value), new Answer("", false, true, List.of()));
  }

  /** The list of what the reads at the end have shown. */
  Script list() {
    return list(listed);
  }

  Script list(List<Observed> rows) {
    return ok(read(Kind.LIST, ""), Answer.of(rows));
  }

  /** A read that a key without a grant is answered. */
  Script answeredWithoutGrant() {
    int number = ask(Kind.GET, "a", "", OptionalLong.empty(), null, OTHER, false);
    return ok(number, Answer.of(List.of()));
  }

  /** The lines that follow are of the other namespace. */
  Script elsewhere() {
    asked = OTHER;
    return this;
  }

  Script back() {
    asked = NAMESPACE;
    return this;
  }

  /** A write without an answer. */
  int open(Kind kind, String key, String idempotencyKey, String value) {
    return ask(kind, key, idempotencyKey, OptionalLong.empty(), print(value), asked, true);
  }

  int openDelete(String key) {
    return ask(Kind.DELETE, key, next(), OptionalLong.empty(), null, NAMESPACE, true);
  }

  Script ok(int number, Answer answer) {
    recorder.complete(number, Outcome.OK, answer);
    return this;
  }

  History history() {
    return recorder.history();
  }

  /** With a chain that is whole, and a record of everything. */
  Evidence evidence() {
    Set<RecordKey> audited = new HashSet<>();
    for (Operation operation : history().operations()) {
      audited.add(new RecordKey(operation.namespace(), operation.key()));
    }
    return Evidence.of(
        history(), List.of(new ChainCheck(0, 0, 100, "whole")), Map.of(0, 100L), audited);
  }

  private int searching(String key, String value) {
    return ask(Kind.SEARCH, key, "", OptionalLong.empty(), print(value), NAMESPACE, true);
  }

  private int read(Kind kind, String key) {
    return ask(kind, key, "", OptionalLong.empty(), null, NAMESPACE, true);
  }

  private static Observed answered(String key, long version) {
    return new Observed(NAMESPACE, key, version, Observed.UNSEEN);
  }

  private String next() {
    return "key " + ++keys;
  }

  private int ask(
      Kind kind,
      String key,
      String idempotencyKey,
      OptionalLong expected,
      @Nullable Fingerprint written,
      String namespace,
      boolean granted) {
    return recorder.invoke(
        new Request(phase, kind, 0, 0, namespace, granted, key, idempotencyKey, expected, written));
  }
}
