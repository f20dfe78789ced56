package io.rekindle.node.kms.aws;

import io.rekindle.node.kms.KeyManagementException;
import io.rekindle.node.kms.KeyManagementService.Probe;
import java.io.IOException;
import java.util.Optional;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * What a failed request says of the key. Error codes are those of AWS's references of KMS and STS,
 * of their operations and of all requests.
 *
 * @param isOfLogin whether credentials that are over may be the cause, so that it counts after a
 *     fresh login alone
 * @param reason the code, and what AWS said where that can't repeat the request or its signature
 */
record AwsRefusal(
    Probe probe, boolean isOfLogin, String text, String reason, Optional<IOException> cause) {
  private static final String NO_KEY = "NotFoundException";
  private static final int CLIENT_ERROR = 400;
  private static final int SERVER_ERROR = 500;

  /** Of Encrypt and Decrypt. */
  static AwsRefusal ofKms(SdkException failure) {
    if (!(failure instanceof AwsServiceException said)) {
      return noAnswer(failure);
    }
    if (!isAnswer(said)) {
      return notOfAws(said);
    }
    AwsErrorDetails details = said.awsErrorDetails();
    return switch (details.errorCode()) {
      case "InvalidCiphertextException", "IncorrectKeyException" ->
          refused(Probe.OK, false, details.errorCode());
      case "DisabledException", NO_KEY, "InvalidKeyUsageException" ->
          refused(Probe.REVOKED, false, inWords(details));
      case "KMSInvalidStateException" ->
          refused(
              isTakenAway(details) ? Probe.REVOKED : Probe.UNREACHABLE, false, inWords(details));
      case "AccessDeniedException" -> refused(Probe.REVOKED, true, inWords(details));
      case "UnrecognizedClientException", "InvalidClientTokenId" ->
          refused(Probe.REVOKED, true, details.errorCode());
      case "ExpiredTokenException", "ExpiredToken" ->
          refused(Probe.UNREACHABLE, true, details.errorCode());
      // A wrong clock, or the id of one access key with the secret of another.
      case "InvalidSignatureException", "SignatureDoesNotMatch", "RequestExpired" ->
          refused(Probe.UNREACHABLE, true, ofTime(details));
      default -> refused(Probe.UNREACHABLE, false, details.errorCode());
    };
  }

  /**
   * Of a login at STS. It says alike of a role that there is none, and that it is not for this
   * token; all else may as well be of a token that is just over, or of an identity provider that
   * STS does not reach.
   */
  static AwsRefusal ofLogin(SdkException failure) {
    if (!(failure instanceof AwsServiceException said)) {
      return noAnswer(failure);
    }
    if (!isAnswer(said)) {
      return notOfAws(said);
    }
    String code = said.awsErrorDetails().errorCode();
    return refused(
        code.equals("AccessDenied") ? Probe.REVOKED : Probe.UNREACHABLE, false, "login: " + code);
  }

  /**
   * Of a key that has never worked: that AWS finds none is of settings that name another one, or
   * another region. It is not known to be gone.
   */
  AwsRefusal ofNoKeyYet() {
    return reason.startsWith(NO_KEY)
        ? new AwsRefusal(
            Probe.OK,
            false,
            "AWS has no such key in this region",
            "no such key in this region: " + reason,
            cause)
        : this;
  }

  KeyManagementException exception() {
    return new KeyManagementException(probe, text, reason, cause.orElse(null));
  }

  private static AwsRefusal refused(Probe probe, boolean isOfLogin, String reason) {
    return new AwsRefusal(probe, isOfLogin, "AWS refuses", reason, Optional.empty());
  }

  /**
   * Whether AWS itself says it, and not something before it: whose pages have no code, and no id of
   * a request. What AWS says of its own faults, with a status of 500 and more, is none.
   */
  private static boolean isAnswer(AwsServiceException said) {
    AwsErrorDetails details = said.awsErrorDetails();
    return details != null
        && details.errorCode() != null
        && said.requestId() != null
        && said.statusCode() >= CLIENT_ERROR
        && said.statusCode() < SERVER_ERROR;
  }

  private static AwsRefusal notOfAws(AwsServiceException said) {
    AwsErrorDetails details = said.awsErrorDetails();
    String code = details == null || details.errorCode() == null ? "" : ": " + details.errorCode();
    return new AwsRefusal(
        Probe.UNREACHABLE,
        false,
        "AWS puts off, or something answers for it",
        "status " + said.statusCode() + code,
        Optional.empty());
  }

  /** The text of a fault may have any answer in it, and is not shown. */
  private static AwsRefusal noAnswer(SdkException failure) {
    Throwable cause = failure;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return new AwsRefusal(
        Probe.UNREACHABLE,
        false,
        "AWS does not answer",
        cause instanceof SdkException ? "no sensible answer" : cause.getClass().getSimpleName(),
        cause instanceof IOException io ? Optional.of(io) : Optional.empty());
  }

  /**
   * Deleted, or with its imported material taken out: that was somebody's decision. A key store of
   * the customer's that is away is said to be unavailable, whether it was switched off or is
   * broken.
   */
  private static boolean isTakenAway(AwsErrorDetails details) {
    String said = said(details);
    return said.contains("pending deletion")
        || said.contains("pending replica deletion")
        || said.contains("pending import");
  }

  private static String inWords(AwsErrorDetails details) {
    return details.errorCode() + ": " + said(details);
  }

  /** What is said of a signature may have all headers of the request in it. */
  private static String ofTime(AwsErrorDetails details) {
    String said = said(details);
    boolean isOfTime =
        said.startsWith("Signature expired:") || said.startsWith("Signature not yet");
    return isOfTime ? inWords(details) : details.errorCode();
  }

  private static String said(AwsErrorDetails details) {
    return details.errorMessage() == null ? "" : details.errorMessage();
  }
}
