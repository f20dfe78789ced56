package io.rekindle.chaos.fault;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * For each line that it reads: prints what time it is, in milliseconds, and how many nanoseconds it
 * took to write a byte and have it on the disk. Run as a process: the file to write to.
 */
final class ClockAndDisk {
  private ClockAndDisk() {}

  public static void main(String[] arguments) throws Exception {
    try (BufferedReader lines =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        FileChannel file =
            FileChannel.open(
                Path.of(arguments[0]), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      while (lines.readLine() != null) {
        long millis = System.currentTimeMillis();
        long begun = System.nanoTime();
        file.write(ByteBuffer.allocate(1), 0);
        file.force(false);
        System.out.println(millis + " " + (System.nanoTime() - begun));
      }
    }
  }
}
