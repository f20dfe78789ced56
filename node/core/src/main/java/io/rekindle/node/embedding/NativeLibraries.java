package io.rekindle.node.embedding;

import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Loads the native code of ONNX Runtime and of the tokenizer from the folder where the build put
 * it.
 *
 * <p>Left alone, both libraries unpack themselves at each start, into the temp and the home folder.
 * The tokenizer's is loaded here rather than by its own Java wrapper, which would also look for a
 * GPU through JNA and call home; neither the wrapper nor what it needs is on the class path.
 */
final class NativeLibraries {
  private static final String ONNX_RUNTIME_FOLDER = "onnxruntime.native.path";
  private static final List<String> NAMES =
      List.of("onnxruntime", "onnxruntime4j_jni", "tokenizers");

  private static boolean loaded;

  private NativeLibraries() {}

  /**
   * The folder {@code natives} beside the classes: {@code target/natives} of a build, {@code
   * lib/natives} of the distribution.
   */
  static Path besideClasses() {
    try {
      URI classes =
          NativeLibraries.class.getProtectionDomain().getCodeSource().getLocation().toURI();
      return Path.of(classes).resolveSibling("natives");
    } catch (URISyntaxException e) {
      throw new IllegalStateException("the class path has no place", e);
    }
  }

  /**
   * Once per process; later calls do nothing, since a native library stays where it is.
   *
   * @throws RekindleException INTERNAL when a library is missing
   */
  @SuppressWarnings("restricted") // Loading native code is this class's work; node.args allows it.
  static synchronized void load(Path folder) {
    if (loaded) {
      return;
    }
    Path absolute = folder.toAbsolutePath();
    for (String name : NAMES) {
      if (!Files.isReadable(absolute.resolve(System.mapLibraryName(name)))) {
        throw new RekindleException(
            ErrorCode.INTERNAL,
            "a native library is missing",
            Map.of("library", System.mapLibraryName(name), "folder", absolute.toString()));
      }
    }
    System.setProperty(ONNX_RUNTIME_FOLDER, absolute.toString());
    System.load(absolute.resolve(System.mapLibraryName("tokenizers")).toString());
    loaded = true;
  }
}
