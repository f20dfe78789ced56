package io.rekindle.node.index.words;

import java.io.IOException;
import java.util.function.Supplier;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.PostingsEnum;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.CollectionStatistics;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.TermStatistics;
import org.apache.lucene.util.Bits;

/**
 * Scores for callers from whom some memories are hidden: how rare a word is counts among those that
 * they see, and the mean length of a content is taken to be the same whatever it is. Else the score
 * of a memory of their own would tell how many hidden ones have a word. Costs a look at each
 * document with a word of the query. One search.
 */
final class SeenStatistics extends IndexSearcher {
  /** Words of a content of some sentences. */
  private static final int MEAN_LENGTH = 64;

  private final long seen;
  private final Supplier<JudgedRows> rows;

  /**
   * @param seen how many memories are
   * @param rows says which
   */
  SeenStatistics(IndexReader reader, long seen, Supplier<JudgedRows> rows) {
    super(reader);
    this.seen = Math.max(1, seen);
    this.rows = rows;
    setQueryCache(null);
  }

  @Override
  public CollectionStatistics collectionStatistics(String field) {
    return new CollectionStatistics(
        field, Math.max(seen, getIndexReader().maxDoc()), seen, seen * MEAN_LENGTH, seen);
  }

  @Override
  public TermStatistics termStatistics(Term term, int docFreq, long totalTermFreq)
      throws IOException {
    long documents = Math.clamp(count(term), 1, seen);
    return new TermStatistics(term.bytes(), documents, documents);
  }

  private long count(Term term) throws IOException {
    JudgedRows judged = rows.get();
    long count = 0;
    for (LeafReaderContext leaf : getIndexReader().leaves()) {
      PostingsEnum documents = leaf.reader().postings(term, PostingsEnum.NONE);
      if (documents == null) {
        continue;
      }
      judged.enter(leaf.reader());
      Bits live = leaf.reader().getLiveDocs();
      for (int document = documents.nextDoc();
          document != PostingsEnum.NO_MORE_DOCS;
          document = documents.nextDoc()) {
        if ((live == null || live.get(document)) && judged.passing(document) != null) {
          count++;
        }
      }
    }
    return count;
  }
}
