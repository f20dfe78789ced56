package io.rekindle.node.index;

import io.rekindle.node.model.SearchPath;
import java.util.List;

/**
 * What a search found, best first.
 *
 * @param exact whether every vector was judged, so that nothing better can have been left out
 * @param path how they were looked for
 */
public record IndexAnswer(List<IndexHit> hits, boolean exact, SearchPath path) {}
