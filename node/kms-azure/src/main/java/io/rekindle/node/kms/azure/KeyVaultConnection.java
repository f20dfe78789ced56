package io.rekindle.node.kms.azure;

import com.azure.core.http.HttpClient;
import com.azure.core.http.HttpHeader;
import com.azure.core.http.HttpRequest;
import com.azure.core.http.HttpResponse;
import com.azure.core.util.Context;
import io.rekindle.node.kms.KeyManagementException;
import io.rekindle.node.kms.azure.AzureHttp.Answer;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.Locale;
import java.util.Set;
import reactor.core.publisher.Mono;

/**
 * What the SDK sends by: it gives back nothing but good answers, because the SDK would put others
 * into the texts of its exceptions and logs. Safe for use by many threads.
 */
final class KeyVaultConnection implements HttpClient {
  /** In a request's context: the token to show. What the SDK asks of itself has none, nor a way. */
  static final String TOKEN = "rekindle-token";

  /** Which the JDK's client writes by itself. */
  private static final Set<String> OWN_HEADERS =
      Set.of("connection", "content-length", "expect", "host", "upgrade");

  private final AzureHttp http;

  KeyVaultConnection(AzureHttp http) {
    this.http = http;
  }

  @Override
  public Mono<HttpResponse> send(HttpRequest request) {
    return send(request, Context.NONE);
  }

  /** The SDK's own choice, where a variable of the environment tells it to. */
  @Override
  public Mono<HttpResponse> send(HttpRequest request, Context context) {
    return Mono.fromCallable(() -> sendSync(request, context));
  }

  /**
   * Asks.
   *
   * @throws KeyManagementException when there is no good answer
   * @throws StaleLoginException when the login may be at fault
   */
  @Override
  public HttpResponse sendSync(HttpRequest request, Context context) {
    String token = (String) context.getData(TOKEN).orElseThrow();
    java.net.http.HttpRequest.Builder copy =
        java.net.http.HttpRequest.newBuilder(URI.create(request.getUrl().toString()))
            .method(
                request.getHttpMethod().name(),
                BodyPublishers.ofByteArray(request.getBodyAsBinaryData().toBytes()))
            .header("Authorization", "Bearer " + token);
    for (HttpHeader header : request.getHeaders()) {
      if (!OWN_HEADERS.contains(header.getName().toLowerCase(Locale.ROOT))) {
        header.getValuesList().forEach(value -> copy.header(header.getName(), value));
      }
    }
    Answer answer = http.send(copy.build(), "Azure Key Vault does not answer");
    if (answer.status() != AzureHttp.OK) {
      throw KeyVaultAnswers.refusal(answer);
    }
    boolean isResult =
        JsonBody.parse(answer.body())
            .filter(json -> json.text("kid") != null && json.text("value") != null)
            .isPresent();
    if (!isResult) {
      throw KeyVaultRequests.nonsense();
    }
    return new KeyVaultResponse(request, answer);
  }
}
