package io.rekindle.node.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rekindle.node.error.RekindleException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NamespacePathTest {
  @Test
  void aPathCoversItselfAndItsChildrenSegmentBySegment() {
    NamespacePath company = NamespacePath.parse("company_a");
    assertThat(company.covers(company)).isTrue();
    assertThat(company.covers(NamespacePath.parse("company_a/support"))).isTrue();
    assertThat(company.covers(NamespacePath.parse("company_ab"))).isFalse();
    assertThat(company.covers(NamespacePath.parse("company_ab/support"))).isFalse();
    assertThat(NamespacePath.parse("company_a/support").covers(company)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/",
        "a//b",
        "/a",
        "a/",
        "A",
        "a b",
        "-a",
        "a/..",
        "a/*",
        "ä",
        "a/b/c/d/e/f/g/h/i",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
      })
  void whatIsNoPathIsRefused(String text) {
    assertThatThrownBy(() -> NamespacePath.parse(text))
        .isInstanceOfSatisfying(
            RekindleException.class,
            e -> assertThat(e.details()).containsEntry("field", "namespace"));
  }

  @Test
  void aSelectorIsNamesOrOnePrefix() {
    assertThat(NamespaceSelector.parse(List.of("a/**")).prefix())
        .isEqualTo(NamespacePath.parse("a"));
    assertThat(NamespaceSelector.parse(List.of("a", "b", "a")).named()).hasSize(2);
    assertThatThrownBy(() -> NamespaceSelector.parse(List.of()))
        .isInstanceOf(RekindleException.class);
    assertThatThrownBy(() -> NamespaceSelector.parse(List.of("a/**", "b")))
        .isInstanceOf(RekindleException.class);
  }

  @Test
  void aSliceIdIsTheNamespaceIdWithAnOrdinal() {
    NamespaceId id = NamespaceId.of(new java.util.UUID(7, -1));
    for (int ordinal : new int[] {0, 1, 63}) {
      SliceId slice = SliceId.of(id, ordinal);
      assertThat(slice.ordinal()).isEqualTo(ordinal);
      assertThat(slice.namespace()).isEqualTo(id);
    }
  }
}
