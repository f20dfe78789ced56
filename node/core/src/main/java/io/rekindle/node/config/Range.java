package io.rekindle.node.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Which numbers a key takes; without it, those from 1 on. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
@interface Range {
  /** The lowest. */
  int min() default 1;

  /** The highest. */
  int max() default Integer.MAX_VALUE;
}
