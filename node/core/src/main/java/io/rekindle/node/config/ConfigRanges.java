package io.rekindle.node.config;

import io.rekindle.node.error.StartRefusedException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Refuses numbers out of their {@link Range}, and durations and sizes that are not above zero
 * (sizes are never negative): found at start, and not by whatever would stumble over them later.
 */
final class ConfigRanges {
  private ConfigRanges() {}

  /**
   * Checks all values below a key.
   *
   * @param prefix of the keys of this interface, without a dot at its end
   * @throws StartRefusedException in one sentence, naming the key and what it takes
   */
  static void check(String prefix, Class<?> keys, Object values) {
    Method[] methods = keys.getMethods();
    Arrays.sort(methods, Comparator.comparing(Method::getName));
    for (Method method : methods) {
      String key = prefix + "." + kebab(method.getName());
      Class<?> type = method.getReturnType();
      if (isGroup(type)) {
        check(key, type, value(method, values));
      } else if (value(method, values) instanceof Map<?, ?> groups) {
        Class<?> group = groupOf(method);
        new TreeMap<>(groups).forEach((name, each) -> check(key + "." + name, group, each));
      } else {
        String wrong = wrong(method, value(method, values));
        if (wrong != null) {
          throw new StartRefusedException("The configuration key " + key + " " + wrong + ".");
        }
      }
    }
  }

  /** Of a map from names to groups of keys. */
  private static Class<?> groupOf(Method method) {
    return (Class<?>)
        ((ParameterizedType) method.getGenericReturnType()).getActualTypeArguments()[1];
  }

  private static boolean isGroup(Class<?> type) {
    return type.isInterface() && type.getPackage() == NodeConfig.class.getPackage();
  }

  private static @Nullable String wrong(Method method, Object value) {
    Range given = method.getAnnotation(Range.class);
    int min = given == null ? 1 : given.min();
    int max = given == null ? Integer.MAX_VALUE : given.max();
    return switch (value) {
      case Integer number when number < min -> "is at least " + min;
      case Integer number when number > max -> "is at most " + max;
      case Duration duration when !duration.isPositive() -> "is a time above zero";
      case DataSize size when size.bytes() < min -> "is at least " + min + "B";
      default -> null;
    };
  }

  private static Object value(Method method, Object values) {
    try {
      return method.invoke(values);
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new IllegalStateException("a key of the configuration can't be read", e);
    }
  }

  private static String kebab(String name) {
    return name.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
  }
}
