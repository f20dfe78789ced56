package io.rekindle.node.kms.aws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.rekindle.node.error.StartRefusedException;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Names of keys, and which answers are of them. */
class AwsKeyTest {
  private static final String PREFIX = "rekindle.keys.aws.";
  private static final String REGION = "eu-central-1";
  private static final String ID = "1234abcd-12ab-34cd-56ef-1234567890ab";
  private static final String REPLICATED = "mrk-1234abcd12ab34cd56ef1234567890ab";
  private static final String ARN = "arn:aws:kms:eu-central-1:111122223333:";

  private static AwsKey of(String name) {
    return AwsKey.of(PREFIX, name, Optional.of(REGION));
  }

  @ParameterizedTest
  @CsvSource({
    ID + "," + ARN + "key/" + ID + ", true",
    ARN + "key/" + ID + "," + ARN + "key/" + ID + ", true",
    REPLICATED + "," + ARN + "key/" + REPLICATED + ", true",
    "alias/rekindle," + ARN + "key/" + ID + ", true",
    ARN + "alias/rekindle," + ARN + "key/" + ID + ", true",
    ID + "," + ARN + "key/" + REPLICATED + ", false",
    ARN + "key/" + ID + ", arn:aws:kms:eu-central-1:999922223333:key/" + ID + ", false",
    ID + ", arn:aws:kms:us-east-1:111122223333:key/" + ID + ", false",
    "alias/rekindle, arn:aws:kms:us-east-1:111122223333:key/" + ID + ", false",
    "alias/rekindle, alias/rekindle, false",
    "alias/rekindle," + ARN + "alias/rekindle, false",
    ID + "," + ID + ", false"
  })
  void anAnswerIsOfTheKeyThatIsNamed(String name, String answered, boolean expected) {
    assertThat(of(name).matches(answered)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "arn:aws:kms:eu-central-1:111122223333:key/" + ID + ", eu-central-1",
    "arn:aws:kms:eu-central-1:111122223333:alias/a/b, eu-central-1",
    "arn:aws-cn:kms:cn-north-1:111122223333:key/" + REPLICATED + ", cn-north-1",
    "arn:aws-us-gov:kms:us-gov-west-1:111122223333:key/" + ID + ", us-gov-west-1"
  })
  void anArnNamesItsRegion(String arn, String region) {
    assertThat(AwsKey.of(PREFIX, arn, Optional.empty()).region()).isEqualTo(region);
    assertThat(AwsKey.of(PREFIX, arn, Optional.of(region)).region()).isEqualTo(region);
    assertThatExceptionOfType(StartRefusedException.class)
        .isThrownBy(() -> AwsKey.of(PREFIX, arn, Optional.of("us-east-1")))
        .withMessageContaining("not the region in the ARN");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "rekindle",
        "alias/",
        "alias/a b",
        "1234abcd-12ab-34cd-56ef-1234567890AB",
        "mrk-1234",
        "arn:aws:iam::111122223333:role/rekindle",
        "arn:aws:kms:eu-central-1:1111:key/" + ID,
        "arn:aws:kms:eu/central-1:111122223333:key/" + ID,
        "arn:aws:kms:eu-central-1:111122223333:key/" + ID + "/x"
      })
  void whatIsNoKeyIsRefused(String name) {
    assertThatExceptionOfType(StartRefusedException.class)
        .isThrownBy(() -> of(name))
        .withMessageStartingWith("rekindle.keys.aws.key must be");
  }

  @ParameterizedTest
  @ValueSource(strings = {"us-east-1.evil.com", "localhost:1", "x", "us-east-1/", "US-EAST-1", ""})
  void aRegionIsNoOtherHost(String region) {
    assertThatExceptionOfType(StartRefusedException.class)
        .isThrownBy(() -> AwsKey.of(PREFIX, "alias/rekindle", Optional.of(region)))
        .withMessage(
            "rekindle.keys.aws.region must be the name of a region, such as eu-central-1.");
  }
}
