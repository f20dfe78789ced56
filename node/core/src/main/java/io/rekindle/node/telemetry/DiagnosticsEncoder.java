package io.rekindle.node.telemetry;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.StackTraceElementProxy;
import ch.qos.logback.classic.spi.ThrowableProxy;
import ch.qos.logback.core.encoder.EncoderBase;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.rekindle.node.error.RekindleException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.KeyValuePair;

/**
 * One event as one line of JSON: {@code time, level, logger, thread, text}, then the keys and
 * values, then {@code errors}: the chain of causes with their frames.
 *
 * <p>Of an exception that is not ours only the class and the frames are written, not the message:
 * parsers and databases like to quote what they could not read, and that may be content.
 */
final class DiagnosticsEncoder extends EncoderBase<ILoggingEvent> {
  private static final int TEXT_CHARS_MAX = 8 * 1024;
  private static final int FRAMES_MAX = 64;
  private static final int CAUSES_MAX = 8;
  private static final byte[] NOTHING = new byte[0];

  private final JsonFactory json = new JsonFactory();

  @Override
  public byte[] headerBytes() {
    return NOTHING;
  }

  @Override
  public byte[] footerBytes() {
    return NOTHING;
  }

  @Override
  public byte[] encode(ILoggingEvent event) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
    try (JsonGenerator out = json.createGenerator(bytes)) {
      out.writeStartObject();
      out.writeStringField("time", time(event).toString());
      out.writeStringField("level", event.getLevel().toString());
      out.writeStringField("logger", event.getLoggerName());
      out.writeStringField("thread", event.getThreadName());
      out.writeStringField("text", cut(event.getFormattedMessage()));
      @Nullable List<KeyValuePair> pairs = event.getKeyValuePairs();
      if (pairs != null && !pairs.isEmpty()) {
        out.writeObjectFieldStart("values");
        for (KeyValuePair pair : pairs) {
          out.writeStringField(pair.key, cut(String.valueOf(pair.value)));
        }
        out.writeEndObject();
      }
      writeErrors(out, event.getThrowableProxy());
      out.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    bytes.write('\n');
    return bytes.toByteArray();
  }

  private static Instant time(ILoggingEvent event) {
    @Nullable Instant precise = event.getInstant();
    return precise == null ? Instant.ofEpochMilli(event.getTimeStamp()) : precise;
  }

  private static void writeErrors(JsonGenerator out, @Nullable IThrowableProxy first)
      throws IOException {
    if (first == null) {
      return;
    }
    out.writeArrayFieldStart("errors");
    @Nullable IThrowableProxy error = first;
    for (int depth = 0; error != null && depth < CAUSES_MAX; depth++) {
      out.writeStartObject();
      out.writeStringField("class", error.getClassName());
      if (error instanceof ThrowableProxy proxy
          && proxy.getThrowable() instanceof RekindleException ours) {
        out.writeStringField("code", ours.code().name());
        out.writeStringField("text", cut(ours.describe()));
      }
      out.writeArrayFieldStart("frames");
      StackTraceElementProxy[] frames = error.getStackTraceElementProxyArray();
      for (int i = 0; i < Math.min(frames.length, FRAMES_MAX); i++) {
        out.writeString(frames[i].getStackTraceElement().toString());
      }
      out.writeEndArray();
      out.writeEndObject();
      error = error.getCause();
    }
    out.writeEndArray();
  }

  private static String cut(@Nullable String text) {
    return text == null || text.length() <= TEXT_CHARS_MAX
        ? String.valueOf(text)
        : text.substring(0, TEXT_CHARS_MAX);
  }
}
