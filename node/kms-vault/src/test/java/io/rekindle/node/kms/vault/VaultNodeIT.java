package io.rekindle.node.kms.vault;

import static org.assertj.core.api.Assertions.assertThat;

import io.rekindle.node.kms.contract.TestTls;
import io.rekindle.node.kms.http.KeyServiceHttp;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** Nodes, as processes, whose cluster key a Vault wraps. */
@TestMethodOrder(OrderAnnotation.class)
class VaultNodeIT {
  private static final String READY = "READY port=";
  private static final String LOCAL_PROVIDER = "rekindle.keys.provider=local";

  /** Any free ports. */
  private static final List<String> START =
      List.of("--set", "rekindle.door.port=0", "--set", "rekindle.ignite.discovery-port=0");

  @TempDir private static Path folder;
  private static FakeVault vault;
  private static TestTls tls;

  @BeforeAll
  static void start() throws Exception {
    tls = TestTls.make(folder.resolve("tls"));
    vault = FakeVault.start(tls.context(), KeyServiceHttp.TLS);
  }

  @AfterAll
  static void stop() {
    vault.close();
  }

  /** How a process ended, and what it said. */
  private record Ended(int exitCode, String said) {}

  private static Path data() {
    return folder.resolve("data");
  }

  private static List<String> settings() throws IOException {
    List<String> arguments = new ArrayList<>();
    VaultSettings.of(folder, vault, tls.authority())
        .values()
        .forEach((key, value) -> arguments.addAll(List.of("--set", key + "=" + value)));
    return arguments;
  }

  private static Process begin(Path data, String command, List<String> more) throws IOException {
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    words.add("@" + Path.of("..", "core", "src", "main", "jvm", "node.args").toAbsolutePath());
    words.add("-XX:ErrorFile=" + data.resolve("hs_err_%p.log"));
    words.add("-Djava.io.tmpdir=" + data.resolve("tmp"));
    words.addAll(List.of("-Xmx512m", "-XX:TieredStopAtLevel=1"));
    words.addAll(List.of("-cp", System.getProperty("java.class.path")));
    words.addAll(List.of("io.rekindle.node.bootstrap.NodeMain", command));
    words.addAll(List.of("--data-folder", data.toString()));
    words.addAll(more);
    return new ProcessBuilder(words).redirectErrorStream(true).start();
  }

  private static Ended run(String command, List<String> more) throws Exception {
    return run(data(), command, more);
  }

  private static Ended run(Path data, String command, List<String> more) throws Exception {
    Process process = begin(data, command, more);
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Ended(process.waitFor(), said);
  }

  @Test
  @Order(1)
  void withoutTheKeyNothingIsMade() throws Exception {
    vault.setEnabled(false);
    Ended refused = run("init", settings());
    vault.setEnabled(true);
    assertThat(refused.said())
        .contains("The customer's key is revoked, or refuses this node: key rekindle of transit")
        .contains("(status 400: encryption key not found).");
    assertThat(refused.exitCode()).isNotZero();
    assertThat(data()).doesNotExist();
  }

  @Test
  @Order(2)
  void aNodeIsMadeAndStartedWithOneRequestAndNoKeyBesideIt() throws Exception {
    List<String> init = new ArrayList<>(settings());
    init.addAll(List.of("--set", "rekindle.ignite.discovery-port=47500"));
    Ended made = run("init", init);
    assertThat(made.exitCode()).as(made.said()).isZero();
    assertThat(data().resolve("keys/local.key")).doesNotExist();
    assertThat(Files.readString(data().resolve("node.properties")))
        .contains("rekindle.keys.provider=vault");

    int before = vault.requests();
    Process node = begin(data(), "start", START);
    try (Stream<String> lines = node.inputReader().lines()) {
      assertThat(lines.anyMatch(line -> line.startsWith(READY))).isTrue();
      assertThat(vault.paths().subList(before, vault.requests()))
          .containsExactly("auth/approle/login", "transit/decrypt/rekindle");
    } finally {
      node.toHandle().destroy();
      assertThat(node.waitFor()).isIn(0, 143);
    }
  }

  @Test
  @Order(3)
  void aNodeThatJoinsHasTheSameProvider() throws Exception {
    Path second = folder.resolve("second");
    List<String> join = List.of("--join", data().toString());
    Ended other =
        run(second, "init", List.of("--join", data().toString(), "--set", LOCAL_PROVIDER));
    assertThat(other.said()).contains("rekindle.keys.provider is local here and vault in");
    assertThat(second).doesNotExist();
    Ended made = run(second, "init", join);
    assertThat(made.exitCode()).as(made.said()).isZero();
    assertThat(Files.readAllBytes(second.resolve("keys/cluster.key")))
        .isEqualTo(Files.readAllBytes(data().resolve("keys/cluster.key")));
    assertThat(Files.readString(second.resolve("node.properties")))
        .contains("rekindle.keys.vault.key=rekindle");
  }

  @Test
  @Order(4)
  void aRevokedKeyAndAVaultThatIsAwayRefuseAStartInASentence() throws Exception {
    vault.setAllowed(false);
    Ended revoked = run("start", START);
    vault.setAllowed(true);
    assertThat(revoked.said())
        .contains(
            "cannot be unwrapped because the key is revoked: key rekindle of transit in Vault")
        .contains("status 403")
        .doesNotContain("Exception");
    assertThat(revoked.exitCode()).isNotZero();
    vault.fail(100);
    Ended away = run("start", START);
    vault.fail(0);
    assertThat(away.exitCode()).isNotZero();
    assertThat(away.said()).contains("because the key cannot be reached").contains("status 503");
  }

  /** A revocation, a node that is locked, and the same process going on when the key is back. */
  @Test
  @Order(5)
  void aNodeFollowsItsKeyAndIsLockedWhileItIsRevokedAndGoesOnWhenItIsBack() throws Exception {
    List<String> start = new ArrayList<>(START);
    start.addAll(List.of("--set", "rekindle.keys.lease=PT5S"));
    Process node = begin(data(), "start", start);
    try (BufferedReader lines = node.inputReader();
        HttpClient http =
            KeyServiceHttp.client(
                Optional.of(data().resolve("tls/server-ca.crt")), Duration.ofSeconds(20))) {
      String ready = lines.readLine();
      while (!ready.startsWith(READY)) {
        ready = lines.readLine();
      }
      URI page = URI.create("https://localhost:" + ready.substring(READY.length()) + "/readyz");
      assertThat(readiness(http, page)).contains("\"ready\":true");

      vault.rotate();
      assertThat(run("kms-rotate", List.of()).said()).contains("is wrapped anew: key rekindle of");
      vault.destroyFirstVersion();
      assertThat(run("kms-status", List.of()).exitCode()).isZero();
      Ended moved = run("kms-move", List.of("--set", "rekindle.keys.vault.key=other"));
      assertThat(moved.said()).contains("is wrapped by key other of", "no more by key rekindle of");
      awaitRequest("transit/decrypt/other");
      assertThat(readiness(http, page)).contains("\"ready\":true");

      vault.fail(3);
      vault.setAllowed(false);
      await(http, page, "[\"key\"]");
      assertThat(run("kms-status", List.of()).said()).contains("REVOKED", "status 403");

      vault.setAllowed(true);
      await(http, page, "\"ready\":true");
      assertThat(node.isAlive()).isTrue();
    } finally {
      node.toHandle().destroy();
      assertThat(node.waitFor()).isIn(0, 143);
    }
  }

  private static String readiness(HttpClient http, URI page) throws Exception {
    return http.send(HttpRequest.newBuilder(page).build(), BodyHandlers.ofString()).body();
  }

  /** Of the node's own lease: what a command asked is not counted. */
  private static void awaitRequest(String path) throws Exception {
    int before = vault.requests();
    long deadline = System.nanoTime() + Duration.ofMinutes(1).toNanos();
    while (!vault.paths().subList(before, vault.requests()).contains(path)
        && System.nanoTime() - deadline < 0) {
      Thread.sleep(100);
    }
    assertThat(vault.paths().subList(before, vault.requests())).contains(path);
  }

  private static void await(HttpClient http, URI page, String text) throws Exception {
    long deadline = System.nanoTime() + Duration.ofMinutes(1).toNanos();
    String seen = readiness(http, page);
    while (!seen.contains(text) && System.nanoTime() - deadline < 0) {
      Thread.sleep(100);
      seen = readiness(http, page);
    }
    assertThat(seen).contains(text);
  }
}
