package io.rekindle.node.kms.aws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.rekindle.node.error.StartRefusedException;
import io.rekindle.node.kms.Attempts;
import io.rekindle.node.kms.CredentialFile;
import io.rekindle.node.kms.KeyManagementService;
import io.rekindle.node.kms.KeyManagementService.Probe;
import io.rekindle.node.kms.contract.KeySettings;
import io.rekindle.node.kms.contract.TestTls;
import io.rekindle.node.kms.http.KeyServiceHttp;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.SdkGlobalTime;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.services.kms.KmsClient;

/** What the SDK does by itself, and what it is kept from. */
class AwsClientsTest {
  private static final byte[] DATA = {1, 2, 3};
  private static final byte[] KEY = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

  @TempDir private Path folder;
  private TestTls tls;
  private FakeAws aws;

  @BeforeEach
  void start() throws Exception {
    tls = TestTls.make(folder.resolve("tls"));
    aws = FakeAws.start(tls.context(), KeyServiceHttp.TLS);
  }

  @AfterEach
  void stop() {
    aws.close();
    SdkGlobalTime.setGlobalTimeOffset(0); // It is of all clients of the JVM.
  }

  /** Variables of the environment have such properties beside them, which the SDK reads first. */
  @Test
  void theEnvironmentHasNoSay() throws IOException {
    Path config = folder.resolve("config");
    Files.writeString(
        config, "[default]\nregion = us-east-1\nendpoint_url = https://localhost:1\n");
    Map<String, String> hostile =
        Map.ofEntries(
            Map.entry("aws.accessKeyId", "AKIANOBODY"),
            Map.entry("aws.secretAccessKey", "nothing"),
            Map.entry("aws.region", "us-east-1"),
            Map.entry("aws.configFile", config.toString()),
            Map.entry("aws.sharedCredentialsFile", config.toString()),
            Map.entry("aws.endpointUrl", "https://localhost:1"),
            Map.entry("aws.endpointUrlKms", "https://localhost:1"),
            Map.entry("aws.endpointUrlSts", "https://localhost:1"),
            Map.entry("aws.useFipsEndpoint", "true"),
            Map.entry("aws.useDualstackEndpoint", "true"),
            Map.entry("aws.maxAttempts", "7"),
            Map.entry("aws.retryMode", "adaptive"),
            Map.entry("aws.defaultsMode", "auto"),
            Map.entry("aws.partitionsFile", "/none"),
            Map.entry("aws.executionEnvironment", "canary"),
            Map.entry("sdk.ua.appId", "canary"),
            Map.entry("com.amazonaws.xray.traceHeader", "Root=canary"));
    hostile.forEach(System::setProperty);
    try (KeyManagementService kms =
        AwsSettings.openOnce(
            AwsSettings.of(folder, aws, tls.authority()), folder, new AwsKeyManagementProvider())) {
      assertThat(kms.unwrap(kms.wrap(KEY, DATA), DATA)).isEqualTo(KEY);
      assertThat(aws.operations()).containsExactly("login", "Encrypt", "Decrypt");
      assertThat(aws.headers().toString()).doesNotContain("canary", "AKIANOBODY");
      assertThat(aws.headers())
          .allSatisfy(sent -> assertThat(sent).containsEntry("User-agent", List.of("rekindle")));
      aws.fail(1_000);
      assertThat(kms.probe()).isEqualTo(Probe.UNREACHABLE);
      assertThat(aws.requests()).as("asked once").isEqualTo(4);
    } finally {
      hostile.keySet().forEach(System::clearProperty);
    }
  }

  @Test
  void aBrokenFileThatTheSdkReadsIsNamed() throws IOException {
    Path config = folder.resolve("config");
    Files.writeString(config, "[default\nsecret\n");
    KeySettings settings = AwsSettings.of(folder, aws, tls.authority());
    System.setProperty("aws.configFile", config.toString());
    try {
      assertThatExceptionOfType(StartRefusedException.class)
          .isThrownBy(() -> settings.open(new AwsKeyManagementProvider()))
          .withMessageContaining("AWS_CONFIG_FILE")
          .withNoCause();
    } finally {
      System.clearProperty("aws.configFile");
    }
    try (KeyManagementService kms = settings.open(new AwsKeyManagementProvider())) {
      assertThat(kms.probe()).isEqualTo(Probe.OK);
    }
  }

  @Test
  void aClockThatIsWrongIsMadeUpForByTheDateOfAnAnswer() throws IOException {
    Duration ahead = Duration.ofMinutes(20);
    aws.setClockAhead(ahead);
    SdkHttpClient http =
        new AwsHttpClient(
            KeyServiceHttp.client(Optional.of(tls.authority()), Duration.ofSeconds(20)));
    URI endpoint = URI.create(aws.address());
    KmsClient client = AwsClients.kms(FakeAws.REGION, endpoint, dated(http, ahead));
    AwsCredentialSource source =
        new AwsCredentialSource.File(
            new CredentialFile(
                "credentials-file",
                AwsSettings.of(folder, aws, tls.authority())
                    .secret("credentials", AwsSettings.profile(FakeAws.PERSON))),
            "default");
    try (KeyManagementService kms =
        new AwsKeyManagementService(
            client,
            endpoint,
            new AwsKey(FakeAws.KEY, FakeAws.REGION),
            new AwsLogin(source, InstantSource.system()),
            new Attempts(2, Duration.ofSeconds(20)),
            List.of(client::close, http::close))) {
      assertThat(kms.unwrap(kms.wrap(KEY, DATA), DATA)).isEqualTo(KEY);
      assertThat(aws.operations()).containsExactly("Encrypt", "Encrypt", "Decrypt");
    }
  }

  /** The JDK's server has the date of its answers by itself. */
  private static SdkHttpClient dated(SdkHttpClient http, Duration ahead) {
    String date =
        DateTimeFormatter.RFC_1123_DATE_TIME.format(OffsetDateTime.now(ZoneOffset.UTC).plus(ahead));
    return new SdkHttpClient() {
      @Override
      public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
        ExecutableHttpRequest prepared = http.prepareRequest(request);
        return new ExecutableHttpRequest() {
          @Override
          public HttpExecuteResponse call() throws IOException {
            HttpExecuteResponse answer = prepared.call();
            return HttpExecuteResponse.builder()
                .response(answer.httpResponse().copy(with -> with.putHeader("date", date)))
                .responseBody(answer.responseBody().orElse(null))
                .build();
          }

          @Override
          public void abort() {
            prepared.abort();
          }
        };
      }

      @Override
      public void close() {
        http.close();
      }
    };
  }
}
