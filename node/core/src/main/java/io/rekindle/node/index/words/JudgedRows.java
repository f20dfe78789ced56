package io.rekindle.node.index.words;

import io.rekindle.node.index.RowContent;
import io.rekindle.node.index.RowJudge;
import io.rekindle.node.index.RowJudge.Verdict;
import java.io.IOException;
import org.apache.lucene.index.LeafReader;
import org.jspecify.annotations.Nullable;

/** Says of the documents of one segment after the other whether their rows pass. One thread. */
final class JudgedRows {
  private final RowJudge judge;
  private final RowPlaces rows;
  private @Nullable StoredContent contents;
  private int[] places = {};

  JudgedRows(RowJudge judge, RowPlaces rows) {
    this.judge = judge;
    this.rows = rows;
  }

  /** From now on documents are of this segment. */
  void enter(LeafReader segment) throws IOException {
    contents = StoredContent.of(segment);
    places = rows.of(segment);
  }

  /** What the document was made of, if its row has that still and passes; else null. */
  @Nullable RowContent passing(int document) throws IOException {
    StoredContent stored = contents;
    if (stored == null) {
      throw new IllegalStateException("a document before its segment");
    }
    RowContent content = stored.get(document);
    Verdict verdict = judge.judge(places[document] - 1, content);
    if (verdict == Verdict.ELSEWHERE) {
      int place = judge.place(content.high(), content.low());
      places[document] = place + 1;
      verdict = judge.judge(place, content);
    }
    return verdict == Verdict.PASSES ? content : null;
  }
}
