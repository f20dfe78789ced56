package io.rekindle.node.kms.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.rekindle.node.kms.KeyManagementException;
import io.rekindle.node.kms.KeyManagementProvider;
import io.rekindle.node.kms.KeyManagementService;
import io.rekindle.node.kms.KeyManagementService.Probe;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What holds of a provider whose key a customer can switch off, and that can be away: the real
 * client, over TLS 1.3, against a server whose cryptography is real.
 *
 * @param <S> the server
 */
@Timeout(value = 3, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
public abstract class RemoteKeyManagementContractTest<S extends KeyServer>
    extends KeyManagementContractTest {
  /** More than the services of this test ask before they give up. */
  private static final int ALWAYS = 1_000;

  @TempDir private static Path certificates;
  private static TestTls tls;

  @TempDir private Path folder;
  private @Nullable S server;

  /** A server on a free port of loopback. */
  protected abstract S start(TestTls tls);

  /**
   * A node with a key of that server.
   *
   * @param authority of the server's certificate
   */
  protected abstract KeySettings settings(Path folder, S server, Path authority) throws IOException;

  protected abstract KeyManagementProvider provider();

  /** What the setting {@code key} is for another key of the server. */
  protected abstract String otherKey();

  @BeforeAll
  static void makeCertificates() throws Exception {
    tls = TestTls.make(certificates.resolve("tls"));
  }

  @AfterEach
  final void stop() {
    server().close();
  }

  /** The server that {@link #open} asks. */
  private S server() {
    S running = server;
    if (running == null) {
      running = start(tls);
      server = running;
    }
    return running;
  }

  private KeySettings settings() throws IOException {
    return settings(folder, server(), tls.authority());
  }

  @Override
  protected final KeyManagementService open() throws IOException {
    return settings().open(provider());
  }

  @Override
  protected final KeyManagementService openOther() throws IOException {
    return settings().set("key", otherKey()).open(provider());
  }

  /** As {@link #open}, of a service that waits for less than a second. */
  private KeyManagementService openImpatient() throws IOException {
    return settings().impatient().open(provider());
  }

  @Test
  void aRotatedKeyUnwrapsWhatItsOlderVersionsWrapped() {
    byte[] wrapped = kms().wrap(key, DATA);
    server().rotate();
    assertThat(kms().unwrap(wrapped, DATA)).isEqualTo(key);
    byte[] anew = kms().rewrap(wrapped, DATA);
    server().destroyFirstVersion();
    assertThat(kms().unwrap(anew, DATA)).isEqualTo(key);
    assertRefused(kms(), wrapped, DATA, Probe.REVOKED);
    assertThat(kms().probe()).as("the key itself works").isEqualTo(Probe.OK);
  }

  @Test
  void aKeyThatIsSwitchedOffIsRevokedUntilItIsOnAgain() {
    byte[] wrapped = kms().wrap(key, DATA);
    server().setEnabled(false);
    assertRefused(kms(), wrapped, DATA, Probe.REVOKED);
    assertThat(kms().probe()).isEqualTo(Probe.REVOKED);
    server().setEnabled(true);
    assertThat(kms().unwrap(wrapped, DATA)).isEqualTo(key);
    assertThat(kms().probe()).isEqualTo(Probe.OK);
  }

  @Test
  void accessThatIsWithdrawnIsARevocationUntilItIsBack() {
    byte[] wrapped = kms().wrap(key, DATA);
    server().setAllowed(false);
    assertRefused(kms(), wrapped, DATA, Probe.REVOKED);
    server().setAllowed(true);
    assertThat(kms().unwrap(wrapped, DATA)).isEqualTo(key);
  }

  @Test
  void aLoginThatIsOverIsNoRevocation() {
    byte[] wrapped = kms().wrap(key, DATA);
    server().expireLogins();
    assertThat(kms().unwrap(wrapped, DATA)).isEqualTo(key);
    kms().logOut();
    assertThat(kms().probe()).isEqualTo(Probe.OK);
  }

  @Test
  void whoIsNotLetInAnyMoreIsRevokedWhenTheLoginIsOver() {
    byte[] wrapped = kms().wrap(key, DATA);
    server().setLoginsAllowed(false);
    assertThat(kms().unwrap(wrapped, DATA)).as("it is logged in").isEqualTo(key);
    kms().logOut();
    assertRefused(kms(), wrapped, DATA, Probe.REVOKED);
    server().setLoginsAllowed(true);
    assertThat(kms().unwrap(wrapped, DATA)).isEqualTo(key);
  }

  @Test
  void aFaultThatPassesIsNotSeen() {
    byte[] wrapped = kms().wrap(key, DATA);
    server().throttle(1);
    assertThat(kms().unwrap(wrapped, DATA)).isEqualTo(key);
    server().fail(1);
    assertThat(kms().unwrap(wrapped, DATA)).isEqualTo(key);
    server().garble(1);
    assertThat(kms().unwrap(wrapped, DATA)).isEqualTo(key);
  }

  @Test
  void aFaultThatStaysSaysNothingOfTheKey() {
    byte[] wrapped = kms().wrap(key, DATA);
    server().throttle(ALWAYS);
    assertUnreachableAndBack(wrapped, () -> server().throttle(0));
    server().fail(ALWAYS);
    assertUnreachableAndBack(wrapped, () -> server().fail(0));
    server().garble(ALWAYS);
    assertUnreachableAndBack(wrapped, () -> server().garble(0));
  }

  /** How long it takes to give up is bounded by the settings, and by the time that a test has. */
  @Test
  void anAnswerThatDoesNotComeIsWaitedForInBounds() throws Exception {
    byte[] wrapped = kms().wrap(key, DATA);
    KeyManagementService impatient = opened(openImpatient());
    server().delay(Duration.ofMinutes(10));
    assertRefused(impatient, wrapped, DATA, Probe.UNREACHABLE);
    server().delay(Duration.ZERO);
    server().setDripping(true);
    assertRefused(impatient, wrapped, DATA, Probe.UNREACHABLE);
    server().setDripping(false);
    assertThat(kms().unwrap(wrapped, DATA)).isEqualTo(key);
  }

  /** Whoever is logged in waits for the key alone. */
  @Test
  void aKeyThatDoesNotAnswerIsWaitedForInBounds() throws Exception {
    byte[] wrapped = kms().wrap(key, DATA);
    KeyManagementService impatient = opened(openImpatient());
    logIn(impatient, wrapped);
    server().delay(Duration.ofMinutes(10));
    assertUnreachable(impatient, wrapped);
    server().delay(Duration.ZERO);
    logIn(impatient, wrapped);
    server().setDripping(true);
    assertUnreachable(impatient, wrapped);
    server().setDripping(false);
    logIn(impatient, wrapped);
  }

  /** Until it works: a machine may be slow, but not for as long as a test has. */
  private void logIn(KeyManagementService impatient, byte[] wrapped) {
    while (true) {
      try {
        assertThat(impatient.unwrap(wrapped, DATA)).isEqualTo(key);
        return;
      } catch (KeyManagementException e) {
        assertThat(e.probe()).as(e.reason()).isEqualTo(Probe.UNREACHABLE);
      }
    }
  }

  private void assertUnreachable(KeyManagementService kms, byte[] wrapped) {
    assertRefused(kms, wrapped, DATA, Probe.UNREACHABLE);
    assertThatExceptionOfType(KeyManagementException.class)
        .isThrownBy(() -> kms.wrap(key, DATA))
        .satisfies(e -> assertThat(e.probe()).isEqualTo(Probe.UNREACHABLE));
  }

  private void assertUnreachableAndBack(byte[] wrapped, Runnable mend) {
    assertUnreachable(kms(), wrapped);
    mend.run();
    assertThat(kms().unwrap(wrapped, DATA)).isEqualTo(key);
  }

  @Test
  void aServerThatGivesAnotherKeyIsNotBelieved() {
    server().setConfused(true);
    assertThat(kms().probe()).isEqualTo(Probe.UNREACHABLE);
    server().setConfused(false);
    assertThat(kms().probe()).isEqualTo(Probe.OK);
  }

  @Test
  void aServerThatIsAwayIsUnreachable() {
    byte[] wrapped = kms().wrap(key, DATA);
    server().close();
    assertRefused(kms(), wrapped, DATA, Probe.UNREACHABLE);
    assertThat(kms().probe()).isEqualTo(Probe.UNREACHABLE);
  }

  @ParameterizedTest
  @CsvSource({"-30, CertificateExpiredException", "30, CertificateNotYetValidException"})
  void aServerWhoseCertificateIsNotValidNowIsUnreachable(int days, String reason) throws Exception {
    byte[] wrapped = kms().wrap(key, DATA);
    TestTls untimely =
        TestTls.make(folder.resolve("untimely"), Instant.now().plus(Duration.ofDays(days)));
    try (S other = start(untimely)) {
      KeyManagementService untrusting =
          opened(settings(folder, other, untimely.authority()).open(provider()));
      assertThatExceptionOfType(KeyManagementException.class)
          .isThrownBy(() -> untrusting.unwrap(wrapped, DATA))
          .satisfies(e -> assertThat(e.reason()).contains(reason))
          .satisfies(e -> assertThat(e.probe()).isEqualTo(Probe.UNREACHABLE));
      assertThat(untrusting.probe()).isEqualTo(Probe.UNREACHABLE);
      assertThat(other.requests()).isZero();
    }
  }

  @Test
  void aRefusalIsNotAskedForAgain() {
    byte[] wrapped = kms().wrap(key, DATA);
    server().setEnabled(false);
    int before = server().requests();
    assertRefused(kms(), wrapped, DATA, Probe.REVOKED);
    assertThat(server().requests() - before).isEqualTo(1);
  }
}
