/** Makes, lists and revokes API keys, and their grants; nobody gives what they do not hold. */
@NullMarked
package io.rekindle.node.pipeline.apikey;

import org.jspecify.annotations.NullMarked;
