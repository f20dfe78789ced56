package io.rekindle.node.maintenance.embedding;

import static io.rekindle.node.model.EmbeddingModelId.ALL_MINILM_L6;
import static io.rekindle.node.model.EmbeddingModelId.BGE_SMALL_EN;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.node.maintenance.embedding.EmbedderChoice.Embedder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class EmbedderChoiceTest {
  private static final Embedder SMALL = new Embedder("small", 1, Set.of(BGE_SMALL_EN));
  private static final Embedder LARGE =
      new Embedder("large", 4, Set.of(BGE_SMALL_EN, ALL_MINILM_L6));
  private static final List<Embedder> BOTH = List.of(SMALL, LARGE);

  private final EmbeddingFixture.NanoClock clock = new EmbeddingFixture.NanoClock();
  private final EmbedderChoice choice = new EmbedderChoice(clock);

  private @Nullable String choose(String... tried) {
    Embedder chosen = choice.choose(BOTH, BGE_SMALL_EN, Set.of(tried));
    return chosen == null ? null : chosen.id();
  }

  @Test
  void theLeastLoadedIsChosenUntilAllPlacesAreTaken() {
    List<String> chosen = new ArrayList<>();
    while (choice.hasRoom(BOTH)) {
      chosen.add(requireNonNull(choose()));
    }
    assertThat(chosen).hasSize(5).containsOnlyOnce("small");
    assertThat(chosen.subList(0, 2)).containsExactlyInAnyOrder("small", "large");
    assertThat(choose()).isNull();

    choice.back(LARGE);
    assertThat(choose()).isEqualTo("large");
  }

  @Test
  void ofEqualOnesEachHasItsTurn() {
    String first = choose();
    choice.back("small".equals(first) ? SMALL : LARGE);
    assertThat(choose()).isNotEqualTo(first);
  }

  @Test
  void whoLacksTheModelOrWasTriedIsNotChosen() {
    assertThat(choice.choose(BOTH, ALL_MINILM_L6, Set.of())).isEqualTo(LARGE);
    assertThat(choice.choose(BOTH, ALL_MINILM_L6, Set.of("large"))).isNull();
    assertThat(choose("large")).isEqualTo("small");
    assertThat(choice.choose(List.of(), BGE_SMALL_EN, Set.of())).isNull();
  }

  @Test
  void whoRestsIsChosenWhenItsTimeIsOver() {
    choice.rest(SMALL, Duration.ofSeconds(1));
    choice.rest(LARGE, Duration.ofSeconds(2));
    assertThat(choice.hasRoom(BOTH)).isFalse();
    assertThat(choose()).isNull();

    clock.pass(Duration.ofSeconds(1));
    assertThat(choice.hasRoom(BOTH)).isTrue();
    assertThat(choose()).isEqualTo("small");
    assertThat(choose()).isNull();

    clock.pass(Duration.ofSeconds(1));
    assertThat(choose()).isEqualTo("large");
  }

  @Test
  void whatIsWithANodeThatWentAwayIsNotCountedAgainstAnother() {
    assertThat(choice.choose(List.of(SMALL), BGE_SMALL_EN, Set.of())).isEqualTo(SMALL);
    assertThat(choice.choose(List.of(LARGE), BGE_SMALL_EN, Set.of())).isEqualTo(LARGE);
    choice.back(SMALL);
    assertThat(choose("large")).isEqualTo("small");
  }
}
