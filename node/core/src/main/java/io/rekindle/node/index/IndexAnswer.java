package io.rekindle.node.index;

import java.util.List;

/**
 * What a search found, best first.
 *
 * @param exact whether every vector was judged, so that nothing better can have been left out
 */
public record IndexAnswer(List<IndexHit> hits, boolean exact) {}
