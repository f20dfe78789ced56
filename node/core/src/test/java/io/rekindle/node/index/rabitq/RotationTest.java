package io.rekindle.node.index.rabitq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class RotationTest {
  private static float[] padded(Random random, Rotation rotation) {
    float[] vector = new float[rotation.padded()];
    for (int i = 0; i < rotation.dimensions(); i++) {
      vector[i] = (float) random.nextGaussian();
    }
    return vector;
  }

  private static float[] rotated(Rotation rotation, float[] vector) {
    float[] copy = vector.clone();
    rotation.apply(copy);
    return copy;
  }

  private static double dot(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }

  @Property(tries = 200)
  void keepsLengthsAndAngles(
      @ForAll @IntRange(min = 2, max = 4_096) int dimensions, @ForAll long seed) {
    Rotation rotation = new Rotation(dimensions, seed);
    Random random = new Random(seed);
    float[] a = padded(random, rotation);
    float[] b = padded(random, rotation);
    float[] rotatedA = rotated(rotation, a);
    float[] rotatedB = rotated(rotation, b);
    double room = 1e-5 * (dot(a, a) + dot(b, b));
    assertThat(dot(rotatedA, rotatedA)).isCloseTo(dot(a, a), within(room));
    assertThat(dot(rotatedA, rotatedB)).isCloseTo(dot(a, b), within(room));
  }

  /** Rows of an orthogonal matrix: the images of the axes, taken whole. */
  @Test
  void isAnOrthogonalMatrix() {
    for (int dimensions : new int[] {2, 64, 100, 192, 384}) {
      Rotation rotation = new Rotation(dimensions, 7);
      int size = rotation.padded();
      float[][] images = new float[size][];
      for (int axis = 0; axis < size; axis++) {
        float[] vector = new float[size];
        vector[axis] = 1;
        images[axis] = rotated(rotation, vector);
      }
      for (int i = 0; i < size; i++) {
        for (int j = 0; j <= i; j++) {
          double expected = i == j ? 1 : 0;
          assertThat(dot(images[i], images[j])).isCloseTo(expected, within(1e-5));
        }
      }
    }
  }

  @Test
  void theSeedAloneDecides() {
    Random random = new Random(1);
    float[] vector = padded(random, new Rotation(384, 0));
    float[] one = rotated(new Rotation(384, 1), vector);
    assertThat(rotated(new Rotation(384, 1), vector)).isEqualTo(one);
    assertThat(dot(one, rotated(new Rotation(384, 2), vector)) / dot(one, one))
        .isBetween(-0.3, 0.3);
  }

  /** What makes the signs of a rotated vector say so much: not even an axis stays one. */
  @Test
  void noCoordinateIsSpecialAfterwards() {
    for (int dimensions : new int[] {64, 384, 768, 1_000, 4_096}) {
      Rotation rotation = new Rotation(dimensions, 3);
      for (int axis = 0; axis < dimensions; axis += 37) {
        float[] vector = new float[rotation.padded()];
        vector[axis] = 1;
        float[] image = rotated(rotation, vector);
        double sizes = 0;
        double fourths = 0;
        for (float value : image) {
          sizes += Math.abs(value);
          fourths += Math.pow(value, 4);
        }
        // Of a vector of equal coordinates the first is 1, of a Gaussian one 0.80, of an axis 0.
        assertThat(sizes / Math.sqrt(image.length)).isGreaterThan(0.55);
        assertThat(fourths * image.length).isLessThan(12);
      }
    }
  }
}
