package io.rekindle.cli;

import picocli.CommandLine.IVersionProvider;

/** Which Rekindle this is, from the manifest of its jar. */
public final class Versions implements IVersionProvider {
  /** The version, or a word for a build that was not packaged. */
  public static String rekindle() {
    String version = Versions.class.getPackage().getImplementationVersion();
    return version == null ? "unpackaged" : version;
  }

  @Override
  public String[] getVersion() {
    return new String[] {"rekindle " + rekindle(), "Java " + System.getProperty("java.version")};
  }
}
