package io.rekindle.chaos.checker;

import static io.rekindle.chaos.checker.Script.row;
import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.chaos.history.Fingerprint;
import io.rekindle.chaos.history.History;
import io.rekindle.chaos.history.Kind;
import io.rekindle.chaos.history.Observed;
import io.rekindle.chaos.history.Operation;
import io.rekindle.chaos.model.RecordKey;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** A history that is right is accepted by everybody; each wrong one is condemned by its checker. */
class DoctoredHistoryTest {
  @Test
  void whatIsRightIsAccepted() {
    assertThat(Checkers.check(Script.cleanToTheEnd().evidence())).isEmpty();
  }

  @Test
  void whatIsUnknownMayHaveHappened() {
    Script script =
        Script.clean().atTheEnd().got("a", 2, "a2").missing("b").got("c", 1, "c1").state("s1");

    assertThat(Checkers.check(script.list().evidence())).isEmpty();
  }

  @Nested
  class LostWrites {
    private final Checker checker = new NoLostWrite();

    @Test
    void aMemoryThatIsGone() {
      condemned(
          checker, Script.clean().atTheEnd().missing("a").missing("b").state("s1"), "is gone");
    }

    @Test
    void aMemoryThatIsGoneMayHaveBeenDeleted() {
      Script script = Script.clean();
      script.openDelete("a");

      assertThat(checker.check(script.atTheEnd().missing("a").missing("b").state("s1").evidence()))
          .isEmpty();
    }

    @Test
    void anUpdateThatIsGone() {
      condemned(
          checker,
          Script.clean().atTheEnd().got("a", 1, "a1").missing("b").state("s1"),
          "is at version 1, 2 was there");
    }

    @Test
    void anotherValueAtTheSameVersion() {
      condemned(
          checker,
          Script.clean().atTheEnd().got("a", 2, "a1").missing("b").state("s1"),
          "has another value");
    }

    @Test
    void aStateOfAnotherValue() {
      condemned(
          checker,
          Script.clean().atTheEnd().got("a", 2, "a2").missing("b").state("s2"),
          "has another value");
    }

    @Test
    void twoWritesOfOneVersion() {
      condemned(
          checker,
          Script.clean().updated("a", 1, "a3").atTheEnd().got("a", 2, "a2").state("s1"),
          "two writes made one version");
    }

    @Test
    void whatTheLastReadLeftOutOrCouldNotRead() {
      condemned(checker, Script.clean().atTheEnd().missing("b").state("s1"), "was not read");
      condemned(
          checker,
          Script.clean().atTheEnd().unreadable("a").missing("b").state("s1"),
          "cannot be read");
    }
  }

  @Nested
  class StaleReads {
    private final Checker checker = new NoStaleReadAfterAck();

    @Test
    void anOlderVersion() {
      condemned(checker, Script.clean().got("a", 1, "a1"), "at version 1 after 2");
    }

    @Test
    void anOlderValue() {
      condemned(checker, Script.clean().got("a", 2, "a1"), "a value that was replaced");
    }

    @Test
    void nothingThere() {
      condemned(checker, Script.clean().missing("a"), "was not there");
    }

    @Test
    void anOlderRowInAList() {
      condemned(checker, Script.clean().list(List.of(row("a", 1, "a1"))), "at version 1 after 2");
    }

    @Test
    void whatOverlapsMayBeSeenOrNot() {
      Script script = Script.clean();
      script.open(Kind.UPDATE, "a", "open", "a3");

      assertThat(checker.check(script.got("a", 2, "a2").got("a", 3, "a3").evidence())).isEmpty();
    }
  }

  @Nested
  class CrossNamespaceReads {
    private final Checker checker = new NoCrossNamespaceRead();

    @Test
    void anAnswerWithoutAGrant() {
      condemned(checker, Script.cleanToTheEnd().answeredWithoutGrant(), "without a grant");
    }

    @Test
    void aRowOfAnotherNamespace() {
      Observed foreign = new Observed("other", "a", 2, Script.print("a2"));

      condemned(checker, Script.clean().list(List.of(foreign)), "a row of other");
    }

    @Test
    void aValueOfAnotherNamespace() {
      Script script = Script.clean().elsewhere();
      script.open(Kind.STORE, "x", "k-x", "x1");

      condemned(checker, script.back().got("y", 1, "x1"), "a value of another namespace");
    }

    @Test
    void nobodyTried() {
      List<Operation> granted =
          Script.clean().history().stream().filter(it -> it.request().granted()).toList();
      Evidence evidence = Evidence.of(new History(granted), List.of(), Map.of(), Set.of());

      assertThat(checker.check(evidence).toString()).contains("nobody tried");
    }
  }

  @Nested
  class Chains {
    private final Checker checker = new AuditChain();
    private final Evidence clean = Script.cleanToTheEnd().evidence();

    @Test
    void aChainThatIsNotWhole() {
      assertThat(with(List.of(new ChainCheck(0, 1, 100, "PROBLEM: #7")), clean.audited()))
          .contains("not whole: PROBLEM: #7");
    }

    @Test
    void aChainThatWasCut() {
      assertThat(with(List.of(new ChainCheck(0, 0, 99, "whole")), clean.audited()))
          .contains("ends at #99, and #100 was shown");
    }

    @Test
    void aChainThatNobodyVerified() {
      assertThat(with(List.of(), clean.audited())).contains("no chain was verified");
    }

    @Test
    void aWriteWithoutARecord() {
      Set<RecordKey> audited = new HashSet<>(clean.audited());
      audited.remove(new RecordKey(Script.NAMESPACE, "b"));

      assertThat(with(clean.chains(), audited)).contains("has no record").contains("DELETE");
    }

    private String with(List<ChainCheck> chains, Set<RecordKey> audited) {
      return checker
          .check(Evidence.of(clean.history(), chains, Map.of(0, 100L), audited))
          .toString();
    }
  }

  @Nested
  class Searches {
    private final Checker checker = new SearchFindsAcknowledged();

    @Test
    void whatWasNotFound() {
      condemned(checker, Script.clean().searched("a", "a2", "c"), "was not found");
      condemned(checker, Script.clean().searched("a", "a2"), "was not found");
    }

    @Test
    void aStoreThatIsRepeatedAfterAnUpdateChangesNothing() {
      condemned(
          checker,
          Script.clean().stored("a", "a1", "k-a", false).searched("a", "a2", "c"),
          "was not found");
    }

    @Test
    void anOpenUpdateOfAVersionThatWasThereComesTooLate() {
      Script script = Script.clean().openUpdate("a", 1, "a9").updated("a", 2, "a3");

      condemned(checker, script.searched("a", "a3", "c"), "was not found");
    }

    @Test
    void anAnswerInPartIsPassedOver() {
      assertThat(checker.check(Script.clean().searchedInPart("a", "a2").evidence())).isEmpty();
    }

    @Test
    void whatMayHaveChangedIsPassedOver() {
      Script script = Script.clean();
      script.open(Kind.UPDATE, "a", "open", "a3");

      assertThat(checker.check(script.searched("a", "a2").evidence())).isEmpty();
    }

    @Test
    void nobodySearched() {
      List<Operation> others =
          Script.clean().history().stream().filter(it -> it.kind() != Kind.SEARCH).toList();
      Evidence evidence = Evidence.of(new History(others), List.of(), Map.of(), Set.of());

      assertThat(checker.check(evidence).toString()).contains("nothing was searched");
    }
  }

  @Nested
  class Deletes {
    private final Checker checker = new DeletedStaysDeleted();

    @Test
    void whatIsReadAfterItsDelete() {
      condemned(checker, Script.clean().got("b", 1, "b1"), "was deleted, and is shown");
      condemned(checker, Script.clean().atTheEnd().got("b", 1, "b1"), "was deleted");
    }

    @Test
    void whatIsListedOrFoundAfterItsDelete() {
      condemned(checker, Script.clean().list(List.of(row("b", 1, "b1"))), "was deleted");
      condemned(checker, Script.clean().searched("a", "a2", "a", "b"), "b was deleted");
    }

    @Test
    void aStoreThatIsOpenMayComeAfterTheDelete() {
      assertThat(checker.check(Script.clean().deleted("c").got("c", 1, "c1").evidence())).isEmpty();
    }
  }

  @Nested
  class IdempotencyKeys {
    private final Checker checker = new OneWinnerPerIdempotencyKey();

    @Test
    void twoWinners() {
      condemned(checker, Script.clean().stored("a", "a1", "k-a", true), "two winners");
    }

    @Test
    void twoMemories() {
      condemned(checker, Script.clean().stored("z", "a1", "k-a", false), "two memories");
    }

    @Test
    void oneValueUnderTwoIds() {
      condemned(
          checker,
          Script.clean().atTheEnd().list(List.of(row("a", 2, "a2"), row("z", 1, "a2"))),
          "one value, two memories");
    }

    @Test
    void aRepetitionThatFoundTheFirstIsRight() {
      assertThat(checker.check(Script.clean().stored("a", "a1", "k-a", false).evidence()))
          .isEmpty();
    }
  }

  @Nested
  class HalfTransactions {
    private final Checker checker = new NoHalfTransaction();

    @Test
    void partsOfTwoWrites() {
      Fingerprint torn = new Fingerprint("content a2", "metadata a1", "vector a2");

      condemned(
          checker,
          Script.clean().shown("a", new Observed(Script.NAMESPACE, "a", 2, torn)),
          "parts of different writes");
    }

    @Test
    void aVectorOfAnotherWrite() {
      Fingerprint torn = new Fingerprint("content a2", "metadata a2", "vector a1");

      condemned(
          checker,
          Script.clean().shown("a", new Observed(Script.NAMESPACE, "a", 2, torn)),
          "parts of different writes");
    }

    @Test
    void aRefusedWriteThatDidSomething() {
      condemned(
          checker,
          Script.clean().refusedUpdate("a", 1, "a9").got("a", 2, "a9"),
          "the value of a write that was refused");
    }

    @Test
    void aValueThatNobodyWrote() {
      condemned(checker, Script.clean().got("a", 2, "a9"), "nobody wrote");
    }

    @Test
    void aRowWithoutItsIndexAndTheReverse() {
      condemned(
          checker,
          Script.clean().atTheEnd().got("a", 2, "a2").list(List.of()),
          "is there, and not in the list");
      condemned(
          checker,
          Script.clean().atTheEnd().missing("a").list(List.of(row("a", 2, "a2"))),
          "is in the list, and not there");
      condemned(checker, Script.clean().atTheEnd().got("a", 2, "a2"), "nothing was listed");
    }
  }

  private static void condemned(Checker checker, Script script, String sentence) {
    assertThat(checker.check(script.evidence()).toString())
        .contains(checker.name() + ": ")
        .contains(sentence);
  }
}
