package jasyncio.recipes.lucene;

import static jasyncio.Asyncio.*;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.analysis.standard.StandardAnalyzer;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field.Store;
import org.apache.lucene.document.StringField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.SearcherFactory;
import org.apache.lucene.search.SearcherManager;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;

/// Books, found by the words that are in them. Nothing in its methods knows of a loop.
public final class Books implements AutoCloseable {
  private final IndexWriter writer;
  private final SearcherManager searchers;

  public Books(Directory directory) throws IOException {
    writer = new IndexWriter(directory, new IndexWriterConfig(new StandardAnalyzer()));
    searchers = new SearcherManager(writer, new SearcherFactory());
  }

  public void add(String title, String text) throws IOException {
    var book = new Document();
    book.add(new StringField("title", title, Store.YES));
    book.add(new TextField("text", text, Store.NO));
    writer.updateDocument(new Term("title", title), book);
  }

  /// Returns when what was added is on the disk, and can be found.
  public void commit() throws IOException {
    writer.commit();
    searchers.maybeRefreshBlocking();
  }

  public List<String> find(String word) throws IOException {
    var searcher = searchers.acquire();
    try {
      var titles = new ArrayList<String>();
      for (var hit : searcher.search(new TermQuery(new Term("text", word)), 10).scoreDocs) {
        titles.add(searcher.storedFields().document(hit.doc).get("title"));
      }
      return titles;
    } finally {
      searchers.release(searcher);
    }
  }

  @Override
  public void close() throws IOException {
    searchers.close();
    writer.close();
  }

  static void main(String[] folder) throws Exception {
    try (var directory = FSDirectory.open(Path.of(folder[0]));
        var books = new Books(directory)) {
      run(() -> {
        toThread(() -> {
          books.add("Emma", "a walk to the garden");
          books.add("Persuasion", "a walk by the sea");
          books.commit(); // once for many: it waits for the disk
        });
        // Others run meanwhile, under each policy.
        IO.println(
            await(gather(() -> findInThread(books, "garden"), () -> findInThread(books, "sea"))));
      });
    }
  }

  private static List<String> findInThread(Books books, String word) throws IOException {
    return toThread(() -> books.find(word));
  }
}
