package io.rekindle.node.kms.azure;

import io.rekindle.node.kms.azure.AzureHttp.Answer;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * The identity of the virtual machine, as its metadata service (IMDS) gives tokens for it, without
 * TLS, because it never leaves the machine. MSAL would look in the environment for other services
 * that do so, as App Service and Azure Arc have them.
 *
 * @param service its address, {@link #SERVICE} but for tests
 * @param client the identity that is meant where the machine has several
 * @param resource what the token is for
 */
record ManagedIdentity(AzureHttp http, URI service, Optional<String> client, String resource)
    implements AzureCredentials {
  /** The same on all machines of Azure. */
  static final URI SERVICE = URI.create("http://169.254.169.254");

  @Override
  public AzureToken logIn() {
    String query =
        "?api-version=2018-02-01&resource="
            + encoded(resource)
            + client.map(id -> "&client_id=" + encoded(id)).orElse("");
    HttpRequest request =
        HttpRequest.newBuilder(service.resolve("/metadata/identity/oauth2/token" + query))
            .header("Metadata", "true")
            .build();
    Answer answer = http.send(request, "the metadata service of the machine does not answer");
    if (answer.status() != AzureHttp.OK) {
      throw EntraAnswers.refusal(answer);
    }
    return JsonBody.parse(answer.body())
        .flatMap(body -> EntraAnswers.token(body, seconds(body)))
        .orElseThrow(EntraAnswers::noToken);
  }

  /** It keeps tokens for a while, so that what one lasted at first is more than what is left. */
  private static long seconds(JsonBody body) {
    long lasts = body.number("expires_in");
    long end = body.number("expires_on");
    return end == 0 ? lasts : Math.min(lasts, end - System.currentTimeMillis() / 1000);
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
