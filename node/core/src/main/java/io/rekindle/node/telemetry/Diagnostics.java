package io.rekindle.node.telemetry;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.rolling.RollingFileAppender;
import ch.qos.logback.core.rolling.SizeAndTimeBasedRollingPolicy;
import ch.qos.logback.core.util.FileSize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;

/**
 * Sends diagnostics to files of the data folder: {@code diagnostics/rekindle.jsonl}, and older ones
 * beside it by day, with what libraries tell {@code java.util.logging}. A file ends with the day or
 * at 16 MiB; a week is kept, at most 256 MiB.
 *
 * <p>One at a time per JVM; {@link #close} flushes and ends it.
 */
public final class Diagnostics implements AutoCloseable {
  private static final long FILE_BYTES_MAX = 16L * 1024 * 1024;
  private static final long TOTAL_BYTES_MAX = 256L * 1024 * 1024;
  private static final int DAYS_MAX = 7;
  private static final String OUR_ROOM = "io.rekindle";

  private final Logger root;
  private final Logger ours;
  private final @Nullable Level oursBefore;
  private final RollingFileAppender<ILoggingEvent> appender;

  private Diagnostics(Logger root, Logger ours, RollingFileAppender<ILoggingEvent> appender) {
    this.root = root;
    this.ours = ours;
    this.oursBefore = ours.getLevel();
    this.appender = appender;
    ours.setLevel(Level.INFO);
    root.addAppender(appender);
    // Else Lucene's and gRPC's go to the terminal, whatever their level.
    SLF4JBridgeHandler.removeHandlersForRootLogger();
    SLF4JBridgeHandler.install();
  }

  /** Begins to write into {@code dataFolder/diagnostics}, which is made when it is missing. */
  public static Diagnostics begin(Path dataFolder) throws IOException {
    Path folder = dataFolder.resolve("diagnostics");
    Files.createDirectories(
        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    if (!(LoggerFactory.getILoggerFactory() instanceof LoggerContext context)) {
      throw new IllegalStateException("diagnostics need Logback");
    }
    RollingFileAppender<ILoggingEvent> appender = new RollingFileAppender<>();
    appender.setContext(context);
    appender.setName("diagnostics");
    appender.setFile(folder.resolve("rekindle.jsonl").toString());
    SizeAndTimeBasedRollingPolicy<ILoggingEvent> policy = new SizeAndTimeBasedRollingPolicy<>();
    policy.setContext(context);
    policy.setParent(appender);
    policy.setFileNamePattern(folder.resolve("rekindle.%d.%i.jsonl").toString());
    policy.setMaxFileSize(new FileSize(FILE_BYTES_MAX));
    policy.setTotalSizeCap(new FileSize(TOTAL_BYTES_MAX));
    policy.setMaxHistory(DAYS_MAX);
    policy.start();
    DiagnosticsEncoder encoder = new DiagnosticsEncoder();
    encoder.setContext(context);
    encoder.start();
    appender.setRollingPolicy(policy);
    appender.setTriggeringPolicy(policy);
    appender.setEncoder(encoder);
    appender.start();
    if (!appender.isStarted()) {
      throw new IOException("diagnostics can't be written");
    }
    return new Diagnostics(
        context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME),
        context.getLogger(OUR_ROOM),
        appender);
  }

  @Override
  public void close() {
    SLF4JBridgeHandler.uninstall();
    root.detachAppender(appender);
    appender.stop();
    ours.setLevel(oursBefore);
  }
}
