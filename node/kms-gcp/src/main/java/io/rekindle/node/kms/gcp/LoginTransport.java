package io.rekindle.node.kms.gcp;

import com.google.api.client.http.HttpTransport;
import com.google.api.client.http.LowLevelHttpRequest;
import com.google.api.client.http.LowLevelHttpResponse;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What Google's library asks for a login with, by our own client; for one login by one thread. It
 * remembers how the last request ended, of which the library tells only in words.
 */
final class LoginTransport extends HttpTransport {
  /** One to be known as a federated identity, one to act for a service account. */
  private static final int REQUESTS_MAX = 2;

  private static final String FLAVOR = "Metadata-Flavor";

  /** The others say which versions are in use, or ask for compressed answers. */
  private static final Set<String> HEADERS =
      Set.of("accept", "authorization", "metadata-flavor", "x-goog-user-project");

  private final HttpClient client;
  private final Optional<URI> server;
  private int requests;
  private @Nullable Answer answer;
  private @Nullable IOException fault;

  /** What somebody answered. */
  record Answer(int status, String text) {}

  /**
   * @param server whatever else is asked for is asked of this one; empty for any with TLS
   */
  LoginTransport(HttpClient client, Optional<URI> server) {
    this.client = client;
    this.server = server;
  }

  /** Whether the machine itself is asked, which vouches for nobody, and without TLS. */
  boolean asksMachine() {
    return server.isPresent();
  }

  /** Of the last request; null when none was answered. */
  @Nullable Answer answer() {
    return answer;
  }

  /** Why the last request was not answered; null when it was. */
  @Nullable IOException fault() {
    return fault;
  }

  @Override
  protected LowLevelHttpRequest buildRequest(String method, String url) throws IOException {
    URI asked;
    try {
      asked = URI.create(url);
    } catch (IllegalArgumentException e) {
      throw failed("the address of the login is none");
    }
    if (server.isPresent()) {
      return new Request(method, server.get().resolve(asked.getRawPath() + query(asked)));
    }
    if (!"https".equals(asked.getScheme()) || asked.getHost() == null) {
      throw failed("the address of the login must begin with https://");
    }
    return new Request(method, asked);
  }

  private static String query(URI address) {
    return address.getRawQuery() == null ? "" : "?" + address.getRawQuery();
  }

  private IOException failed(String text) {
    fault = new IOException(text);
    return fault;
  }

  private final class Request extends LowLevelHttpRequest {
    private final String method;
    private final URI address;
    private final Map<String, String> headers = new LinkedHashMap<>();

    Request(String method, URI address) {
      this.method = method;
      this.address = address;
    }

    @Override
    public void addHeader(String name, String value) {
      if (HEADERS.contains(name.toLowerCase(Locale.ROOT))) {
        headers.put(name, value);
      }
    }

    @Override
    public LowLevelHttpResponse execute() throws IOException {
      if (++requests > REQUESTS_MAX) {
        throw failed("too many requests for one login");
      }
      ByteArrayOutputStream body = new ByteArrayOutputStream();
      if (getStreamingContent() != null) {
        getStreamingContent().writeTo(body);
      }
      HttpRequest.Builder request =
          HttpRequest.newBuilder(address)
              .method(method, BodyPublishers.ofByteArray(body.toByteArray()));
      headers.forEach(request::header);
      if (getContentType() != null) {
        request.header("Content-Type", getContentType());
      }
      HttpResponse<byte[]> response = send(request.build());
      int status = response.statusCode();
      answer = new Answer(status, new String(response.body(), StandardCharsets.UTF_8));
      if (server.isPresent() && response.headers().firstValue(FLAVOR).isEmpty()) {
        throw failed("this is no metadata server");
      }
      return new Response(response);
    }

    private HttpResponse<byte[]> send(HttpRequest request) throws IOException {
      answer = null;
      fault = null;
      try {
        return client.send(request, BodyHandlers.ofByteArray());
      } catch (IOException e) {
        fault = e;
        throw e;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw failed("interrupted while Google was asked");
      }
    }
  }

  private static final class Response extends LowLevelHttpResponse {
    private final HttpResponse<byte[]> response;

    Response(HttpResponse<byte[]> response) {
      this.response = response;
    }

    @Override
    public InputStream getContent() {
      return new ByteArrayInputStream(response.body());
    }

    @Override
    public @Nullable String getContentEncoding() {
      return null;
    }

    @Override
    public long getContentLength() {
      return response.body().length;
    }

    @Override
    public @Nullable String getContentType() {
      return response.headers().firstValue("Content-Type").orElse(null);
    }

    @Override
    public String getStatusLine() {
      return "HTTP/1.1 " + getStatusCode();
    }

    @Override
    public int getStatusCode() {
      return response.statusCode();
    }

    @Override
    public @Nullable String getReasonPhrase() {
      return null;
    }

    /** None: the library would need them to follow a redirection alone. */
    @Override
    public int getHeaderCount() {
      return 0;
    }

    @Override
    public String getHeaderName(int index) {
      throw new IndexOutOfBoundsException(index);
    }

    @Override
    public String getHeaderValue(int index) {
      throw new IndexOutOfBoundsException(index);
    }
  }
}
