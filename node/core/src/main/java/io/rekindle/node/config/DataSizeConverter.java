package io.rekindle.node.config;

import org.eclipse.microprofile.config.spi.Converter;

/** Reads a {@link DataSize} for SmallRye Config. */
public final class DataSizeConverter implements Converter<DataSize> {
  private static final long serialVersionUID = 1L;

  @Override
  public DataSize convert(String value) {
    return DataSize.parse(value);
  }
}
