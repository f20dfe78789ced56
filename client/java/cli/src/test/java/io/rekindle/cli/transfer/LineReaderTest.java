package io.rekindle.cli.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LineReaderTest {
  @Test
  void numbersLinesFromOneAndKeepsTheLastWithoutItsEnd() throws IOException {
    List<LineReader.Line> lines = read("a\n\nb\r\nc".getBytes(StandardCharsets.UTF_8));

    assertThat(lines).extracting(LineReader.Line::number).containsExactly(1L, 2L, 3L, 4L);
    assertThat(lines).extracting(LineReader.Line::text).containsExactly("a", "", "b\r", "c");
    assertThat(lines.get(1).isBlank()).isTrue();
  }

  @Test
  void marksALineThatIsNotUtf8AndGoesOn() throws IOException {
    List<LineReader.Line> lines = read(new byte[] {'a', '\n', (byte) 0xC3, '(', '\n', 'b'});

    assertThat(lines.get(1).problem()).isEqualTo("the line is not valid UTF-8");
    assertThat(lines.get(2).text()).isEqualTo("b");
  }

  @Test
  void marksALineThatIsTooLongAndGoesOn() throws IOException {
    String text = "x".repeat(LineReader.LINE_BYTES_MAX) + "\n" + "y".repeat(2_000_000) + "\nz";

    List<LineReader.Line> lines = read(text.getBytes(StandardCharsets.UTF_8));

    assertThat(lines.get(0).problem()).isNull();
    assertThat(lines.get(1).problem()).isEqualTo("the line is longer than 1 MiB");
    assertThat(lines.get(2).text()).isEqualTo("z");
  }

  private static List<LineReader.Line> read(byte[] bytes) throws IOException {
    LineReader reader = new LineReader(new ByteArrayInputStream(bytes));
    List<LineReader.Line> lines = new ArrayList<>();
    for (LineReader.Line line = reader.next(); line != null; line = reader.next()) {
      lines.add(line);
    }
    return lines;
  }
}
