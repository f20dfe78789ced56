package io.rekindle.cli.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.cli.json.JsonMessage;
import io.rekindle.v1.Memory;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CorpusTest {
  @Test
  void holdsConversationsOfTwoCompaniesThatNeverMix() {
    Map<String, String> corpus = Corpus.load();

    List<Memory> ofA = memories(corpus.getOrDefault("company_a/support", ""));
    List<Memory> ofB = memories(corpus.getOrDefault("company_b/support", ""));
    assertThat(ofA).hasSizeGreaterThan(20).allMatch(turn -> turn.getSessionId().startsWith("a-"));
    assertThat(ofB).hasSizeGreaterThan(20).allMatch(turn -> turn.getSessionId().startsWith("b-"));
    assertThat(ofA).extracting(Memory::getExternalKey).doesNotHaveDuplicates().doesNotContain("");
  }

  @Test
  void splitsAPageIntoParagraphsBelowTheirHeadings() {
    String page =
        """
        # Title

        The first paragraph is long enough to be worth a memory of its own.

        ## Section

        ```
        # not a heading, and the blank line below

        does not end the block of code that this is
        ```

        short
        """;

    List<Memory> memories = DocumentSplitter.split("page.md", page);

    assertThat(memories)
        .extracting(Memory::getContent)
        .satisfiesExactly(
            first -> assertThat(first).startsWith("Title: The first paragraph"),
            second ->
                assertThat(second)
                    .startsWith("Section: ```")
                    .contains("not a heading")
                    .contains("block of code"));
    assertThat(memories).extracting(Memory::getSource).containsOnly("page.md");
  }

  @Test
  void givesTheSameParagraphTheSameKeyAgain() {
    String page = "# T\n\nA paragraph that is long enough to be worth keeping.\n";

    assertThat(DocumentSplitter.split("a.md", page))
        .isEqualTo(DocumentSplitter.split("a.md", "intro\n\n" + page));
  }

  private static List<Memory> memories(String jsonl) {
    return jsonl.lines().map(line -> JsonMessage.read(line, Memory.newBuilder()).build()).toList();
  }
}
