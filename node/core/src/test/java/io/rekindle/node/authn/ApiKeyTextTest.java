package io.rekindle.node.authn;

import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.node.model.ApiKeyId;
import java.util.Locale;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class ApiKeyTextTest {
  private static final String ID = "abcdefghijklmnop";
  private static final String SECRET = "qrstuvwxyz234567abcdefghijklmnopqrstuvwx";

  /** Its last seven letters were computed apart, by {@code zlib.crc32} and base 32. */
  private static final String WRITTEN = "rk_live_" + ID + "_" + SECRET + "boya4lx";

  @Test
  void theWrittenFormNeverChanges() {
    ApiKeyText key = new ApiKeyText(new ApiKeyId(ID), SECRET);

    assertThat(key.format()).isEqualTo(WRITTEN);
    assertThat(ApiKeyText.find(WRITTEN)).isEqualTo(key);
  }

  @Property
  void whatIsWrittenIsRead(@ForAll long seed) {
    ApiKeyText key = ApiKeyText.random(new Random(seed));

    assertThat(key.format()).hasSize(ApiKeyText.TEXT_LENGTH).startsWith("rk_live_" + key.id());
    assertThat(ApiKeyText.find(key.format())).isEqualTo(key);
  }

  @Property
  void aWrongCharacterIsNoticed(
      @ForAll long seed,
      @ForAll @IntRange(max = 71) int position,
      @ForAll @CharRange(from = ' ', to = '~') char other) {
    StringBuilder text = new StringBuilder(ApiKeyText.random(new Random(seed)).format());
    boolean same = text.charAt(position) == other;
    text.setCharAt(position, other);

    assertThat(ApiKeyText.find(text.toString()) != null).isEqualTo(same);
  }

  @Property
  void twoExchangedNeighboursAreNoticed(
      @ForAll long seed, @ForAll @IntRange(max = 70) int position) {
    StringBuilder text = new StringBuilder(ApiKeyText.random(new Random(seed)).format());
    char first = text.charAt(position);
    char second = text.charAt(position + 1);
    text.setCharAt(position, second);
    text.setCharAt(position + 1, first);

    assertThat(ApiKeyText.find(text.toString()) != null).isEqualTo(first == second);
  }

  @Property
  void anyOtherTextIsNoKey(@ForAll String text) {
    assertThat(ApiKeyText.find(text)).isNull();
  }

  @Test
  void aLongerOrShorterTextIsNoKey() {
    assertThat(ApiKeyText.find(WRITTEN + "a")).isNull();
    assertThat(ApiKeyText.find(WRITTEN + "\n")).isNull();
    assertThat(ApiKeyText.find(WRITTEN.substring(1))).isNull();
    assertThat(ApiKeyText.find(WRITTEN.toUpperCase(Locale.ROOT))).isNull();
  }

  @Test
  void theMacDependsOnIdSecretAndPepper() {
    byte[] pepper = new byte[32];
    byte[] other = new byte[32];
    other[0] = 1;
    ApiKeyText key = new ApiKeyText(new ApiKeyId(ID), SECRET);

    assertThat(key.mac(pepper)).hasSize(32).isEqualTo(key.mac(pepper.clone()));
    assertThat(key.mac(other)).isNotEqualTo(key.mac(pepper));
    assertThat(new ApiKeyText(new ApiKeyId("bbcdefghijklmnop"), SECRET).mac(pepper))
        .isNotEqualTo(key.mac(pepper));
  }

  @Test
  void aKeyDoesNotPrintItsSecret() {
    assertThat(new ApiKeyText(new ApiKeyId(ID), SECRET).toString()).doesNotContain(SECRET);
  }
}
