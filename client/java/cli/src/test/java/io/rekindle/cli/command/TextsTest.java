package io.rekindle.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.v1.AuditRecord;
import io.rekindle.v1.HitExplanation;
import io.rekindle.v1.MatchedChunk;
import io.rekindle.v1.Memory;
import io.rekindle.v1.SearchHit;
import io.rekindle.v1.SearchMemoriesResponse;
import io.rekindle.v1.SearchPath;
import io.rekindle.v1.WaitOutcome;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class TextsTest {
  @Test
  void aPageThatIsNotTheLastSaysHowToGoOn() {
    assertThat(Texts.page(List.of("a", "b"), Function.identity(), "token").lines())
        .containsExactly("a", "b", "next: --page-token token");
  }

  @Test
  void theLastPageIsItsLinesAlone() {
    assertThat(Texts.page(List.of("a"), Function.identity(), "")).isEqualTo("a");
    assertThat(Texts.page(List.<String>of(), Function.identity(), "")).isEqualTo("(none)");
  }

  @Test
  void anAuditRecordNamesTheCustomersKeyThatItIsAbout() {
    AuditRecord.Builder record =
        AuditRecord.newBuilder().setAction("key.move").setDecision("allowed").addNamespaces("acme");
    assertThat(Texts.line(record.build())).contains("key.move  allowed  acme  by nobody");
    assertThat(Texts.line(record.setCustomerKey("globex").build()))
        .contains("key.move  allowed  acme  customer's key globex  by nobody");
  }

  @Test
  void anAuditRecordOfTheNodeItselfHasNoCallerAndNoAddress() {
    AuditRecord.Builder record =
        AuditRecord.newBuilder().setKind("system").setAction("tenant-key.locked");
    record.setDecision("allowed").setPeer("namespace acme, answer REVOKED").setRequestId("r");
    assertThat(Texts.line(record.build()))
        .endsWith("  allowed  -  about namespace acme, answer REVOKED  request r");
    assertThat(Texts.line(record.setPeer("").build())).endsWith("  -  about the node  request r");
  }

  @Test
  void anAuditRecordSaysWhoAskedAndFromWhere() {
    AuditRecord.Builder record = AuditRecord.newBuilder().setKind("outcome").setApiKeyId("k");
    assertThat(Texts.line(record.setPeer("127.0.0.1").build())).contains("by k from 127.0.0.1  ");
    assertThat(Texts.line(record.setPeer("").build())).contains("by k from no address  request");
  }

  @Test
  void anExplainedHitSaysHowItCameToItsPlace() {
    SearchHit hit =
        SearchHit.newBuilder()
            .setScore(0.75f)
            .setMemory(Memory.newBuilder().setMemoryId("id").setContent("some text"))
            .setChunk(MatchedChunk.newBuilder().setChunk(2).setStart(10).setEnd(30))
            .setExplanation(
                HitExplanation.newBuilder()
                    .setMeaningScore(0.5f)
                    .setMeaningRank(3)
                    .setPath(SearchPath.SEARCH_PATH_LISTS)
                    .setWordsScore(4.25f)
                    .setWordsRank(1)
                    .setRecency(0.5f)
                    .setImportance(0.25f))
            .build();

    assertThat(Texts.hits(SearchMemoriesResponse.newBuilder().addHits(hit).build()).lines())
        .containsExactly(
            "0.750  id  some text",
            "       meaning 0.500 #3 (lists, chunk 2, characters 10 to 30), words 4.250 #1,"
                + " recency 0.500, importance 0.250");
  }

  @Test
  void saysHowManyItDidNotWaitFor() {
    SearchMemoriesResponse answer =
        SearchMemoriesResponse.newBuilder()
            .setWaitOutcome(WaitOutcome.newBuilder().addNotReady(0).addNotReady(2).addFailed(1))
            .build();

    assertThat(Texts.hits(answer).lines())
        .containsExactly("(none)", "(2 not embedded yet)", "(1 could not be embedded)");
  }

  @Test
  void aHitIsOneLineUnlessItIsToBeExplained() {
    SearchHit hit =
        SearchHit.newBuilder()
            .setScore(0.75f)
            .setMemory(Memory.newBuilder().setMemoryId("id").setContent("some text"))
            .build();

    assertThat(
            Texts.hits(SearchMemoriesResponse.newBuilder().addHits(hit).setPartial(true).build())
                .lines())
        .containsExactly("0.750  id  some text", "(partial)");
  }
}
