package io.rekindle.node.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.rekindle.node.access.Authorizer;
import io.rekindle.node.audit.AuditLog;
import io.rekindle.node.audit.TestAudit;
import io.rekindle.node.authn.ApiKeyMint;
import io.rekindle.node.authn.ApiKeySource;
import io.rekindle.node.authn.Authenticator;
import io.rekindle.node.authn.IssuedApiKey;
import io.rekindle.node.authn.StoredApiKey;
import io.rekindle.node.config.NodeConfigLoader;
import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.model.AccessCommand.CreateKey;
import io.rekindle.node.model.ApiKeyId;
import io.rekindle.node.model.AuditEntry;
import io.rekindle.node.model.GrantSpec;
import io.rekindle.node.model.KeyScope;
import io.rekindle.node.model.NamespacePath;
import io.rekindle.node.model.RequestId;
import io.rekindle.node.telemetry.NodeMeters;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever happens behind the door, it leaves a record before it is answered. */
class RequestGateTest {
  private static final byte[] PEPPER = new byte[32];
  private static final InstantSource CLOCK = InstantSource.system();
  private static final GrantSpec GRANT =
      new GrantSpec(NamespacePath.parse("a"), "version > 0", Set.of("audit"));

  private final IssuedApiKey key =
      new ApiKeyMint()
          .issue(
              new CreateKey("bot", KeyScope.ADMIN, null, null, null, List.of(GRANT)),
              PEPPER,
              CLOCK.instant());

  private @Nullable Throwable failure;
  private AuditLog audit;
  private NodeMeters meters;
  private RequestGate gate;

  @BeforeEach
  void open(@TempDir Path folder) throws IOException {
    audit = TestAudit.open(folder.resolve("audit"));
    meters = new NodeMeters();
    gate =
        RequestGate.of(
            NodeConfigLoader.load(folder, Map.of()).requests(),
            new Authenticator(new Keys(), CLOCK),
            new Authorizer(_ -> List.of(), CLOCK, Duration.ofMinutes(1)),
            audit,
            meters,
            new DiskReserve(0, () -> Long.MAX_VALUE),
            CLOCK,
            _ -> ErrorCode.INTERNAL,
            noHandlers());
  }

  @AfterEach
  void close() {
    audit.close();
    meters.close();
  }

  /** The one key, unless looking for it fails. */
  private final class Keys implements ApiKeySource {
    @Override
    public @Nullable StoredApiKey findKey(ApiKeyId id) {
      if (failure != null) {
        throwAny(failure);
      }
      return key.stored();
    }

    @Override
    public List<byte[]> peppers() {
      return List.of(PEPPER);
    }
  }

  private static void throwAny(Throwable unchecked) {
    if (unchecked instanceof Error e) {
      throw e;
    }
    throw (RuntimeException) unchecked;
  }

  /** None is reached. */
  @SuppressWarnings("NullAway")
  private static CommandDispatcher noHandlers() {
    return new CommandDispatcher(
        null, null, null, null, null, null, null, null, null, null, null, null, null, null);
  }

  private Request request(Throwable thrownInside) {
    return new Request(
        RequestId.random(),
        "test",
        "10.0.0.1",
        key.text(),
        Instant.MAX,
        _ -> {
          throwAny(thrownInside);
          throw new AssertionError("unreachable");
        });
  }

  static List<Throwable> errors() {
    return List.of(new StackOverflowError(), new IllegalStateException());
  }

  @ParameterizedTest
  @MethodSource("errors")
  void anErrorBehindTheDoorIsRecordedAndAnsweredAsOurs(Throwable thrown) {
    Request request = request(thrown);

    RekindleException answer =
        catchThrowableOfType(RekindleException.class, () -> gate.handle(request));

    assertThat(answer.code()).isEqualTo(ErrorCode.INTERNAL);
    AuditEntry record = TestAudit.records(audit).getLast();
    assertThat(record.requestId()).isEqualTo(request.id());
    assertThat(record.decision()).isEqualTo("INTERNAL");
  }

  @ParameterizedTest
  @MethodSource("errors")
  void anErrorBeforeTheCallerIsKnownIsCountedAsARefusal(Throwable thrown) {
    failure = thrown;

    assertThatThrownBy(() -> gate.handle(request(new AssertionError("not reached"))))
        .isSameAs(thrown);

    AuditEntry record = TestAudit.records(audit).getLast();
    assertThat(record.kind()).isEqualTo("refusals");
    assertThat(record.peer()).isEqualTo("10.0.0.1");
    assertThat(record.decision()).isEqualTo("INTERNAL");
  }
}
