/** Makes, shows, lists and deletes namespaces. */
@NullMarked
package io.rekindle.node.pipeline.namespace;

import org.jspecify.annotations.NullMarked;
