package io.rekindle.node.kms.aws;

import io.rekindle.node.error.StartRefusedException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the settings name: a key, by its id or ARN, or an alias of one.
 *
 * @param name as AWS is given it
 * @param region where the key is
 */
record AwsKey(String name, String region) {
  private static final String ID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|mrk-[0-9a-f]{32}";
  private static final String ALIAS = "alias/[A-Za-z0-9/_-]{1,250}";
  private static final String SERVICE = "arn:aws[a-z-]*:kms:([a-z0-9-]+):[0-9]{12}:";

  private static final Pattern NAME = Pattern.compile(ID + "|" + ALIAS);
  private static final Pattern ARN =
      Pattern.compile(SERVICE + "(?:key/(?:" + ID + ")|" + ALIAS + ")");
  private static final Pattern KEY_ARN = Pattern.compile(SERVICE + "key/(" + ID + ")");

  /** What a name of a host may have in it without naming another one. */
  private static final Pattern REGION = Pattern.compile("[a-z0-9]+(?:-[a-z0-9]+)+");

  /**
   * As configured.
   *
   * @param prefix of the names of settings
   * @throws StartRefusedException when the key is none, or the region is missing, or not its own
   */
  static AwsKey of(String prefix, String name, Optional<String> region) {
    Matcher arn = ARN.matcher(name);
    if (!arn.matches()) {
      if (!NAME.matcher(name).matches()) {
        throw new StartRefusedException(
            prefix + "key must be the id or ARN of a key, or an alias, as alias/NAME or its ARN.");
      }
      return new AwsKey(
          name,
          checked(
              prefix,
              region.orElseThrow(
                  () ->
                      new StartRefusedException(
                          "The provider aws needs "
                              + prefix
                              + "region, or the key's ARN in "
                              + prefix
                              + "key."))));
    }
    String own = checked(prefix, arn.group(1));
    if (region.isPresent() && !region.get().equals(own)) {
      throw new StartRefusedException(
          prefix + "region is not the region in the ARN of " + prefix + "key.");
    }
    return new AwsKey(name, own);
  }

  private static String checked(String prefix, String region) {
    if (!REGION.matcher(region).matches()) {
      throw new StartRefusedException(
          prefix + "region must be the name of a region, such as eu-central-1.");
    }
    return region;
  }

  /**
   * Whether an answer of AWS is of this key. Of an alias it says only that it is of a key of the
   * same region: which one, AWS alone knows.
   *
   * @param answered the ARN of a key, as all answers should have it
   */
  boolean matches(String answered) {
    Matcher arn = KEY_ARN.matcher(answered);
    if (!arn.matches() || !arn.group(1).equals(region)) {
      return false;
    }
    if (name.contains("alias/")) {
      return true;
    }
    return name.equals(answered) || name.equals(arn.group(2));
  }
}
