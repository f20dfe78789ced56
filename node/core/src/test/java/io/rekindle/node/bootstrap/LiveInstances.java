package io.rekindle.node.bootstrap;

import com.google.common.base.Splitter;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.management.JMException;
import javax.management.ObjectName;

/** How many objects of a class are reachable in this JVM, as a full collection finds them. */
final class LiveInstances {
  private LiveInstances() {}

  static Map<String, Long> count(List<String> classes) throws JMException {
    Object histogram =
        ManagementFactory.getPlatformMBeanServer()
            .invoke(
                new ObjectName("com.sun.management:type=DiagnosticCommand"),
                "gcClassHistogram",
                new Object[] {new String[0]},
                new String[] {String[].class.getName()});
    Map<String, Long> counts = new TreeMap<>();
    classes.forEach(name -> counts.put(name, 0L));
    histogram
        .toString()
        .lines()
        .map(line -> Splitter.on(' ').omitEmptyStrings().splitToList(line))
        .filter(fields -> fields.size() >= 4)
        .filter(fields -> counts.containsKey(fields.get(3)))
        .forEach(fields -> counts.put(fields.get(3), Long.parseLong(fields.get(1))));
    return counts;
  }
}
