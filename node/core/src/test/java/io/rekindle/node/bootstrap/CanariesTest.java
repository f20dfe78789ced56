package io.rekindle.node.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A search that finds nothing proves something only if it finds what is there. */
class CanariesTest {
  @TempDir Path folder;

  private final Canaries canaries = new Canaries();
  private final String planted = "before " + canaries.text("content") + " behind";

  @Test
  void aTextIsFoundInEveryEncoding() throws Exception {
    assertFound(planted.getBytes(StandardCharsets.UTF_8), "canary, UTF-8");
    assertFound(planted.getBytes(StandardCharsets.UTF_16LE), "canary, UTF-16LE");
    assertFound(planted.getBytes(StandardCharsets.UTF_16BE), "canary, UTF-16BE");
    for (String shift : new String[] {"", "x", "xx"}) {
      byte[] text = (shift + planted).getBytes(StandardCharsets.UTF_8);
      assertFound(Base64.getEncoder().encode(text), "base64");
      assertFound(Base64.getUrlEncoder().encode(text), "URL's base64");
      assertFound(Base64.getMimeEncoder(512, new byte[] {'\n'}).encode(text), "base64");
    }
  }

  @Test
  void aVectorIsFoundInBothByteOrders() throws Exception {
    for (ByteOrder order : new ByteOrder[] {ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN}) {
      ByteBuffer bytes = ByteBuffer.allocate(64).order(order);
      bytes.position(3);
      for (float number : canaries.vector()) {
        bytes.putFloat(number);
      }
      assertFound(bytes.array(), "vector, " + order);
    }
  }

  @Test
  void aNameOfAFileIsLookedAt() throws Exception {
    Files.createDirectories(folder.resolve("a").resolve(canaries.text("name")));
    assertThat(canaries.find(folder)).singleElement().asString().contains("canary, UTF-8");
  }

  @Test
  void aSecretOfTheNodeIsFoundToo() throws Exception {
    Files.writeString(folder.resolve("file"), "key=rk_live_x");
    assertThat(canaries.find(folder)).isEmpty();
    canaries.add("API key", "rk_live_x");
    assertThat(canaries.find(folder)).singleElement().asString().contains("API key, UTF-8");
  }

  @Test
  void amongFilesOfOthersThoseThatChangedAreLookedAt() throws Exception {
    Instant begun = Instant.now();
    Path old = Files.writeString(folder.resolve("old"), planted);
    Files.setLastModifiedTime(old, FileTime.from(begun.minusSeconds(1)));
    assertThat(canaries.findChanged(folder, begun)).isEmpty();

    Path fresh = Files.createDirectories(folder.resolve("a/b")).resolve("fresh");
    Files.writeString(fresh, planted);
    Files.setLastModifiedTime(fresh, FileTime.from(begun));
    assertThat(canaries.findChanged(folder, begun))
        .singleElement()
        .asString()
        .startsWith("fresh: canary, UTF-8");
  }

  private void assertFound(byte[] bytes, String what) throws IOException {
    Files.write(folder.resolve("file"), bytes);
    assertThat(canaries.find(folder))
        .as(what)
        .isNotEmpty()
        .anySatisfy(line -> assertThat(line).contains(what));
  }
}
