package io.rekindle.cli.bench.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.rekindle.cli.CommandFailedException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VectorFileTest {
  private static final String HEADER =
      "{'descr': '<f4', 'fortran_order': False, 'shape': (20, 3), }";

  @TempDir private Path folder;

  @Test
  void readsFvecsAndHoldsTheLastOnesOutAsQueries() throws IOException {
    try (VectorFile file = VectorFile.open(write("a.fvecs", fvecs(20, 3)))) {
      assertThat(file.dimensions()).isEqualTo(3);
      assertThat(file.memoriesMax()).isEqualTo(18);
      assertDirection(file.memory(0), 0);
      assertDirection(file.memory(17), 17);
      assertDirection(file.query(0), 18);
      assertDirection(file.query(1), 19);
      assertDirection(file.query(2), 18);
      assertThatThrownBy(() -> file.memory(18)).isInstanceOf(IndexOutOfBoundsException.class);
    }
  }

  @ParameterizedTest
  @CsvSource({"<f4,1", ">f4,1", "<f4,2", ">f4,3"})
  void readsNpyOfBothByteOrders(String type, int version) throws IOException {
    ByteOrder order = type.startsWith("<") ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
    byte[] bytes = npy(version, HEADER.replace("<f4", type), floats(order, 20, 3));

    try (VectorFile file = VectorFile.open(write("a.npy", bytes))) {
      assertThat(file.dimensions()).isEqualTo(3);
      assertDirection(file.memory(5), 5);
      assertDirection(file.query(1), 19);
    }
  }

  @Test
  void isNamedByItsContent() throws IOException {
    byte[] other = fvecs(20, 3);
    other[7]++;
    try (VectorFile a = VectorFile.open(write("a.fvecs", fvecs(20, 3)));
        VectorFile b = VectorFile.open(write("b.fvecs", fvecs(20, 3)));
        VectorFile c = VectorFile.open(write("c.fvecs", other))) {
      assertThat(a.label()).isEqualTo(b.label()).matches("file-[0-9a-f]{12}");
      assertThat(c.label()).isNotEqualTo(a.label());
    }
  }

  @Test
  void refusesFvecsThatAreCutOff() throws IOException {
    byte[] whole = fvecs(20, 3);
    refuses("a.fvecs", Arrays.copyOf(whole, whole.length - 1), "cut off", "15 are left");
    refuses("b.fvecs", new byte[3], "cut off");
    refuses("c.fvecs", new byte[0], "cut off");
  }

  @Test
  void refusesFvecsOfOtherOrDifferentDimensions() throws IOException {
    refuses("a.fvecs", fvecs(20, 1), "vectors of 1 dimensions", "2 to 4,096");
    refuses("b.fvecs", fvecs(2, 4_097), "vectors of 4,097 dimensions");
    byte[] mixed = fvecs(20, 3);
    mixed[16 * 7] = 4;
    refuses("c.fvecs", mixed, "different dimensions: 7 (from 0) says 4, the first one 3");
    refuses("d.fvecs", fvecs(1, 3), "has 1 vectors");
  }

  @Test
  void refusesFvecsOfTheOtherByteOrder() throws IOException {
    byte[] bytes = ByteBuffer.allocate(16).putInt(3).putFloat(1).putFloat(1).putFloat(1).array();

    refuses("a.fvecs", bytes, "vectors of 50,331,648 dimensions");
  }

  @Test
  void refusesNpyThatIsCutOffOrTooLong() throws IOException {
    byte[] whole = npy(1, HEADER, floats(ByteOrder.LITTLE_ENDIAN, 20, 3));
    refuses("a.npy", Arrays.copyOf(whole, whole.length - 4), "is cut off: 20 vectors");
    refuses("b.npy", Arrays.copyOf(whole, whole.length + 4), "is too long: 20 vectors");
    refuses("c.npy", Arrays.copyOf(whole, 40), "cut off or damaged: its header");
    refuses("d.npy", Arrays.copyOf(whole, 7), "is no NumPy file");
    refuses("e.npy", new byte[100], "is no NumPy file");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "<f4|<f8|has elements of the type '<f8'",
        "<f4|<i4|has elements of the type '<i4'",
        "False|True|is stored column by column",
        "(20, 3)|(60,)|has the shape (60,)",
        "(20, 3)|(20, 3, 1)|has the shape (20, 3, 1)",
        "(20, 3)|(20, -3)|has the shape (20, -3)",
        "(20, 3)|(20000001, 3)|has 20,000,001 vectors",
        "(20, 3)|(30, 2)|too long",
        "'shape'|'form'|has no shape in its header",
        "'descr'|'type'|has no descr in its header"
      })
  void refusesNpyOfAnotherKind(String part, String other, String said) throws IOException {
    byte[] bytes = npy(1, HEADER.replace(part, other), floats(ByteOrder.LITTLE_ENDIAN, 21, 3));

    refuses("a.npy", bytes, said);
  }

  @Test
  void refusesAVersionOfNpyThatItDoesNotKnow() throws IOException {
    refuses("a.npy", npy(4, HEADER, floats(ByteOrder.LITTLE_ENDIAN, 20, 3)), "version 4");
  }

  @Test
  void saysWhichNumberIsNotFiniteAndWhichVectorHasNoDirection() throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(fvecs(20, 3)).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putFloat(16 * 2 + 8, Float.NaN);
    bytes.putFloat(16 * 3 + 4, 0).putFloat(16 * 3 + 8, 0).putFloat(16 * 3 + 12, 0);
    try (VectorFile file = VectorFile.open(write("a.fvecs", bytes.array()))) {
      assertThatThrownBy(() -> file.memory(2))
          .isInstanceOf(CommandFailedException.class)
          .hasMessageContaining("vector 2, dimension 1");
      assertThatThrownBy(() -> file.memory(3)).hasMessageContaining("3 (from 0) is all zeros");
    }
  }

  @Test
  void refusesANameThatSaysNoFormat() {
    assertThatThrownBy(() -> VectorFile.open(Path.of("vectors.bin")))
        .isInstanceOf(CommandFailedException.class)
        .hasMessageContaining(".fvecs or .npy");
  }

  private void refuses(String name, byte[] bytes, String... said) throws IOException {
    Path path = write(name, bytes);
    assertThatThrownBy(() -> VectorFile.open(path))
        .isInstanceOf(CommandFailedException.class)
        .hasMessageStartingWith(path.toString())
        .hasMessageContainingAll(said);
  }

  /** Vector n is (n + 1, n + 2, n + 3). */
  private static void assertDirection(float[] vector, int number) {
    float[] wanted = {number + 1, number + 2, number + 3};
    assertThat(UnitVectors.dot(vector, vector)).isCloseTo(1, within(1e-5f));
    assertThat(UnitVectors.normalize(wanted)).isTrue();
    assertThat(UnitVectors.dot(vector, wanted)).isCloseTo(1, within(1e-6f));
  }

  private static byte[] fvecs(int count, int dimensions) {
    ByteBuffer bytes =
        ByteBuffer.allocate(count * (4 + 4 * dimensions)).order(ByteOrder.LITTLE_ENDIAN);
    for (int n = 0; n < count; n++) {
      bytes.putInt(dimensions);
      for (int d = 0; d < dimensions; d++) {
        bytes.putFloat(n + d + 1);
      }
    }
    return bytes.array();
  }

  private static byte[] floats(ByteOrder order, int count, int dimensions) {
    ByteBuffer bytes = ByteBuffer.allocate(count * dimensions * 4).order(order);
    for (int i = 0; i < count * dimensions; i++) {
      bytes.putFloat(i / dimensions + i % dimensions + 1);
    }
    return Arrays.copyOf(bytes.array(), count * dimensions * 4);
  }

  private static byte[] npy(int version, String header, byte[] data) {
    byte[] text = (header + "\n").getBytes(StandardCharsets.US_ASCII);
    // Of a shape of fewer rows only those rows, so that a header alone is what is wrong.
    int rows = header.contains("(20, 3)") ? Math.min(data.length, 20 * 3 * 4) : data.length;
    ByteBuffer bytes =
        ByteBuffer.allocate((version == 1 ? 10 : 12) + text.length + rows)
            .order(ByteOrder.LITTLE_ENDIAN);
    bytes.put((byte) 0x93).put("NUMPY".getBytes(StandardCharsets.US_ASCII));
    bytes.put((byte) version).put((byte) 0);
    if (version == 1) {
      bytes.putShort((short) text.length);
    } else {
      bytes.putInt(text.length);
    }
    return bytes.put(text).put(data, 0, rows).array();
  }

  private Path write(String name, byte[] bytes) throws IOException {
    return Files.write(folder.resolve(name), bytes);
  }
}
