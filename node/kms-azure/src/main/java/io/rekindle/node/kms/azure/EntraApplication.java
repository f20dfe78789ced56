package io.rekindle.node.kms.azure;

import com.microsoft.aad.msal4j.ClientCredentialFactory;
import com.microsoft.aad.msal4j.ClientCredentialParameters;
import com.microsoft.aad.msal4j.ConfidentialClientApplication;
import com.microsoft.aad.msal4j.HttpRequest;
import com.microsoft.aad.msal4j.IAuthenticationResult;
import com.microsoft.aad.msal4j.IClientCredential;
import com.microsoft.aad.msal4j.IHttpClient;
import com.microsoft.aad.msal4j.IHttpResponse;
import io.rekindle.node.kms.CredentialFile;
import io.rekindle.node.kms.KeyManagementException;
import io.rekindle.node.kms.KeyManagementService.Probe;
import io.rekindle.node.kms.azure.AzureHttp.Answer;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * An application of Entra ID, which shows a secret or the token of a service account. Microsoft's
 * MSAL speaks for it, a new one at each login, so that it has nothing to remember; its cache, its
 * retries, its look-ups of other authorities and what it tells of itself are off.
 *
 * @param authority such as {@code https://login.microsoftonline.com}
 * @param resource what the token is for
 */
record EntraApplication(
    AzureHttp http, String authority, String tenant, String client, Shown shown, String resource)
    implements AzureCredentials {
  /** By which Microsoft's support finds a request. */
  private static final String ID_HEADER = "client-request-id";

  /** The rest is what MSAL tells of itself and of what failed before. */
  private static final Set<String> HEADERS = Set.of("Content-Type", ID_HEADER);

  /** What proves that it is this application. */
  sealed interface Shown {
    /**
     * Reads it.
     *
     * @throws KeyManagementException with {@link Probe#UNREACHABLE} when the file can't be read
     */
    IClientCredential read();
  }

  /** A secret in a file. */
  record Secret(CredentialFile file) implements Shown {
    @Override
    public IClientCredential read() {
      return ClientCredentialFactory.createFromSecret(file.secretLine());
    }
  }

  /** The token of a service account of Kubernetes, which renews its file by itself. */
  record FederatedToken(CredentialFile file) implements Shown {
    @Override
    public IClientCredential read() {
      return ClientCredentialFactory.createFromClientAssertion(file.line());
    }
  }

  /** An answer as MSAL takes it. */
  private record MsalAnswer(int statusCode, Map<String, List<String>> headers, String body)
      implements IHttpResponse {}

  @Override
  public AzureToken logIn() {
    IClientCredential credential = shown.read();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      ConfidentialClientApplication application = application(credential, threads);
      ClientCredentialParameters wanted =
          ClientCredentialParameters.builder(Set.of(resource + "/.default"))
              .skipCache(true)
              .build();
      IAuthenticationResult result = application.acquireToken(wanted).get();
      Duration lasts = Duration.between(Instant.now(), result.expiresOnDate().toInstant());
      return AzureToken.of(result.accessToken(), lasts.toSeconds())
          .orElseThrow(EntraAnswers::noToken);
    } catch (ExecutionException e) {
      throw meaning(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new KeyManagementException(
          Probe.UNREACHABLE, "Azure does not answer a login", "interrupted", e);
    }
  }

  private ConfidentialClientApplication application(
      IClientCredential credential, ExecutorService threads) {
    IHttpClient connection = this::send;
    try {
      return ConfidentialClientApplication.builder(client, credential)
          .authority(authority + "/" + tenant)
          .instanceDiscovery(false)
          .disableInternalRetries()
          .httpClient(connection)
          .executorService(threads)
          .build();
    } catch (MalformedURLException e) {
      throw new IllegalStateException("MSAL refuses what was checked", e);
    }
  }

  /**
   * Gives MSAL nothing but tokens, in words of our own: of what it makes of other answers, it would
   * log the text. Whom to ask is not up to it, which knows further names of some authorities.
   */
  private IHttpResponse send(HttpRequest request) {
    java.net.http.HttpRequest.Builder post =
        java.net.http.HttpRequest.newBuilder(URI.create(authority + request.url().getFile()))
            .POST(BodyPublishers.ofString(request.body()));
    request.headers().entrySet().stream()
        .filter(header -> HEADERS.contains(header.getKey()))
        .forEach(header -> post.header(header.getKey(), header.getValue()));
    Answer answer = http.send(post.build(), "Azure does not answer a login");
    if (answer.status() != AzureHttp.OK) {
      throw EntraAnswers.refusal(answer);
    }
    AzureToken token =
        JsonBody.parse(answer.body())
            .flatMap(body -> EntraAnswers.token(body, body.number("expires_in")))
            .orElseThrow(EntraAnswers::noToken);
    return new MsalAnswer(
        answer.status(),
        Map.of(ID_HEADER, List.of(request.headers().get(ID_HEADER))),
        "{\"token_type\":\"Bearer\",\"expires_in\":%d,\"access_token\":\"%s\"}"
            .formatted(token.lasts().toSeconds(), token.value()));
  }

  /** What was thrown on MSAL's way; what MSAL itself says may repeat an answer. */
  private static KeyManagementException meaning(ExecutionException e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof KeyManagementException meaning) {
        return meaning;
      }
    }
    return EntraAnswers.noToken();
  }
}
