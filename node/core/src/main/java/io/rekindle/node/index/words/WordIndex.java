package io.rekindle.node.index.words;

import io.rekindle.node.error.ErrorCode;
import io.rekindle.node.error.RekindleException;
import io.rekindle.node.index.RowContent;
import io.rekindle.node.index.RowJudge;
import io.rekindle.node.model.WordLanguage;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.apache.lucene.document.BinaryDocValuesField;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.FieldType;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.IndexOptions;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.PostingsEnum;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.TieredMergePolicy;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.CollectorManager;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.SearcherFactory;
import org.apache.lucene.search.SearcherManager;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.store.AlreadyClosedException;
import org.apache.lucene.store.Directory;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.BytesRef;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An inverted index over the contents of one slice. Thread-safe.
 *
 * <p>Changes are visible to {@link #search} and {@link #holds} from the next {@link #refresh} on.
 * What was put or removed leaves its words, and what they count, behind until {@link #compact}.
 *
 * <p>All of it is in memory. On disk is what the last {@link #commit} saw, if the folder keeps
 * anything.
 *
 * <p>After {@link #close} questions and changes are refused with {@code NOT_READY}; those under way
 * may be too.
 */
public final class WordIndex implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(WordIndex.class);

  static final String TEXT = "text";
  private static final String ANALYSIS = "analysis";

  /** What an index costs before the first word: the writer, the searcher and their locks. */
  private static final long BASE_BYTES = 64 * 1024;

  private static final FieldType WORDS = words();

  private final Directory directory;
  private final WordAnalysis analysis;
  private final IndexWriter writer;
  private final SearcherManager searchers;
  private final RowPlaces places = new RowPlaces();

  /**
   * What a folder has, if it is whole and of this analysis; else nothing, and the folder is
   * emptied.
   */
  public static WordIndex open(SealedDirectory directory, WordLanguage language) {
    try {
      directory.load();
      WordIndex index = new WordIndex(directory, language);
      if (index.isOfThisAnalysis()) {
        return index;
      }
      index.searchers.close();
      index.writer.rollback();
    } catch (IOException | UncheckedIOException | IllegalArgumentException e) {
      // Damaged, or of a power loss, or of an older Lucene: the rows have all that was in it.
      LOG.atWarn()
          .addKeyValue("type", e.getClass().getName())
          .log("sealed words could not be read; they are made anew");
    }
    try {
      directory.wipe();
    } catch (IOException e) {
      throw failure(e);
    }
    return new WordIndex(directory, language);
  }

  /** Over a folder that nothing else uses; owns it. What is there already is gone on with. */
  WordIndex(Directory directory, WordLanguage language) {
    this.directory = directory;
    this.analysis = WordAnalysis.of(language);
    try {
      IndexWriterConfig config = new IndexWriterConfig(analysis.analyzer());
      config.setUseCompoundFile(false);
      config.setMergePolicy(mergePolicy());
      this.writer = new IndexWriter(directory, config);
      this.searchers = searchers(writer);
    } catch (IOException e) {
      throw failure(e);
    }
  }

  private static SearcherManager searchers(IndexWriter writer) throws IOException {
    try {
      return new SearcherManager(writer, new Uncached());
    } catch (IOException | RuntimeException e) {
      // Or it would keep the folder's lock.
      writer.rollback();
      throw e;
    }
  }

  /** Words and how often; no places, since phrases are not looked for, and no text. */
  private static FieldType words() {
    FieldType type = new FieldType();
    type.setTokenized(true);
    type.setIndexOptions(IndexOptions.DOCS_AND_FREQS);
    type.freeze();
    return type;
  }

  /** Lucene's own, but that a compaction spares no segment with little to take out. */
  private static TieredMergePolicy mergePolicy() {
    TieredMergePolicy policy = new TieredMergePolicy();
    policy.setForceMergeDeletesPctAllowed(0);
    return policy;
  }

  /** Lucene's own caches would keep whole sets of documents for queries that hardly come again. */
  private static final class Uncached extends SearcherFactory {
    @Override
    public IndexSearcher newSearcher(IndexReader reader, @Nullable IndexReader previous) {
      IndexSearcher searcher = new IndexSearcher(reader);
      searcher.setQueryCache(null);
      return searcher;
    }
  }

  private boolean isOfThisAnalysis() {
    Iterable<Map.Entry<String, String>> data = writer.getLiveCommitData();
    if (data == null) {
      return contents() == 0;
    }
    for (Map.Entry<String, String> entry : data) {
      if (entry.getKey().equals(ANALYSIS)) {
        return entry.getValue().equals(analysis.id());
      }
    }
    return contents() == 0;
  }

  /** Takes a content in the place of whatever the memory had before. */
  public void put(RowContent content, String text) {
    Document document = new Document();
    BytesRef id = StoredContent.encodeId(content.high(), content.low());
    document.add(new StringField(StoredContent.ID, id, Field.Store.NO));
    document.add(new BinaryDocValuesField(StoredContent.FIELD, StoredContent.encode(content)));
    document.add(new Field(TEXT, text, WORDS));
    change(() -> writer.updateDocument(new Term(StoredContent.ID, id), document));
  }

  /** Takes a memory out, if it is there. */
  public void remove(long high, long low) {
    Term id = new Term(StoredContent.ID, StoredContent.encodeId(high, low));
    change(() -> writer.deleteDocuments(id));
  }

  /** Shows every content that is searched, and takes out those that are not to stay. */
  public void removeUnless(Predicate<RowContent> stays) {
    ask(
        searcher -> {
          for (LeafReaderContext leaf : searcher.getIndexReader().leaves()) {
            removeUnless(leaf.reader(), stays);
          }
          return true;
        });
  }

  private void removeUnless(LeafReader segment, Predicate<RowContent> stays) throws IOException {
    Bits live = segment.getLiveDocs();
    StoredContent contents = StoredContent.of(segment);
    for (int document = 0; document < segment.maxDoc(); document++) {
      if (live == null || live.get(document)) {
        RowContent content = contents.get(document);
        if (!stays.test(content)) {
          remove(content.high(), content.low());
        }
      }
    }
  }

  /** Makes all changes visible that came before this call. */
  public void refresh() {
    change(searchers::maybeRefreshBlocking);
  }

  /** Whether this content of this memory is searched. */
  public boolean holds(RowContent content) {
    BytesRef id = StoredContent.encodeId(content.high(), content.low());
    return ask(
        searcher -> {
          for (LeafReaderContext leaf : searcher.getIndexReader().leaves()) {
            if (holds(leaf.reader(), id, content)) {
              return true;
            }
          }
          return false;
        });
  }

  private static boolean holds(LeafReader segment, BytesRef id, RowContent content)
      throws IOException {
    PostingsEnum documents = segment.postings(new Term(StoredContent.ID, id), PostingsEnum.NONE);
    if (documents == null) {
      return false;
    }
    Bits live = segment.getLiveDocs();
    StoredContent contents = StoredContent.of(segment);
    for (int document = documents.nextDoc();
        document != PostingsEnum.NO_MORE_DOCS;
        document = documents.nextDoc()) {
      if ((live == null || live.get(document)) && contents.get(document).equals(content)) {
        return true;
      }
    }
    return false;
  }

  /**
   * The {@code topK} memories that score best for the words of a text, among those whose rows have
   * the content still and pass; equal scores by memory id. Empty when the text has no word but the
   * commonest.
   *
   * @param text of which the first {@value WordAnalysis#QUERY_WORDS_MAX} different words count
   * @param topK 1 or more
   * @param minScore lowest score returned, or NaN
   * @param judge says which rows pass
   * @param seen how many pass, when scores are to depend on these alone, so that they tell nothing
   *     of the others; or -1, and all contents count
   */
  public List<WordHit> search(String text, int topK, float minScore, RowJudge judge, long seen) {
    Set<String> words = analysis.wordsOf(text);
    if (words.isEmpty()) {
      return List.of();
    }
    BooleanQuery.Builder any = new BooleanQuery.Builder();
    for (String word : words) {
      any.add(new TermQuery(new Term(TEXT, word)), BooleanClause.Occur.SHOULD);
    }
    BooleanQuery query = any.build();
    Judging judging = new Judging(topK, minScore, judge, places);
    return ask(searcher ->
            seen < 0
                ? searcher.search(query, judging)
                : new SeenStatistics(
                        searcher.getIndexReader(), seen, () -> new JudgedRows(judge, places))
                    .search(query, judging))
        .hits();
  }

  /** One collector: a search runs on the thread that asked. */
  private record Judging(int topK, float minScore, RowJudge judge, RowPlaces places)
      implements CollectorManager<JudgedHits, JudgedHits> {
    @Override
    public JudgedHits newCollector() {
      return new JudgedHits(topK, minScore, judge, places);
    }

    @Override
    public JudgedHits reduce(Collection<JudgedHits> collectors) {
      return collectors.iterator().next();
    }
  }

  /** Leaves nothing on disk, until the next {@link #commit}. */
  public void deleteFiles() {
    if (directory instanceof SealedDirectory sealed) {
      change(sealed::deleteFiles);
    }
  }

  /** Contents that are searched. */
  public int contents() {
    return ask(searcher -> searcher.getIndexReader().numDocs());
  }

  /** Contents that were replaced or removed, and whose words still count. */
  public int leftovers() {
    return ask(searcher -> searcher.getIndexReader().numDeletedDocs());
  }

  /** Rewrites what holds words of contents that are gone, so that nothing of them is left. */
  public void compact() {
    change(
        () -> {
          writer.forceMergeDeletes(true);
          searchers.maybeRefreshBlocking();
          writer.deleteUnusedFiles();
        });
  }

  /** Makes what is here the state that {@link #open} goes on with. */
  public void commit() {
    change(
        () -> {
          writer.setLiveCommitData(Map.of(ANALYSIS, analysis.id()).entrySet());
          writer.commit();
        });
  }

  /** Bytes in memory, more or less. */
  public long bytes() {
    return ask(
        _ -> {
          long bytes = BASE_BYTES + writer.ramBytesUsed() + places.bytes();
          for (String file : directory.listAll()) {
            bytes += length(file);
          }
          return bytes;
        });
  }

  /** A merge, or the last reader of a segment, may delete a file between two looks. */
  private long length(String file) throws IOException {
    try {
      return directory.fileLength(file);
    } catch (FileNotFoundException | NoSuchFileException e) {
      return 0;
    }
  }

  @Override
  public void close() {
    try {
      searchers.close();
      writer.rollback();
      directory.close();
    } catch (IOException e) {
      throw failure(e);
    }
  }

  @FunctionalInterface
  private interface Change {
    void run() throws IOException;
  }

  @FunctionalInterface
  private interface Question<T> {
    T of(IndexSearcher searcher) throws IOException;
  }

  private static void change(Change change) {
    try {
      change.run();
    } catch (AlreadyClosedException e) {
      throw closed(e);
    } catch (IOException e) {
      throw failure(e);
    }
  }

  private <T> T ask(Question<T> question) {
    try {
      IndexSearcher searcher = searchers.acquire();
      try {
        return question.of(searcher);
      } finally {
        searchers.release(searcher);
      }
    } catch (AlreadyClosedException e) {
      throw closed(e);
    } catch (IOException e) {
      throw failure(e);
    }
  }

  private static RekindleException closed(AlreadyClosedException cause) {
    return new RekindleException(
        ErrorCode.NOT_READY, "the words of this slice are closed", Map.of(), cause);
  }

  private static UncheckedIOException failure(IOException cause) {
    return new UncheckedIOException("an index of words failed", cause);
  }
}
