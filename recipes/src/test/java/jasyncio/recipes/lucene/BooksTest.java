package jasyncio.recipes.lucene;

import static jasyncio.Asyncio.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import jasyncio.CancelledError;
import jasyncio.recipes.Mode;
import jasyncio.recipes.Output;
import jasyncio.recipes.Recipe;
import jasyncio.recipes.Shows;
import jasyncio.recipes.Shows.Column;
import jasyncio.recipes.Turns;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.concurrent.CompletableFuture;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.store.FilterDirectory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Recipe(
    name = "Lucene",
    program = Books.class,
    libraries = IndexWriter.class,
    notes = "files and computing, which no policy sees: `toThread` under each")
class BooksTest {
  /// A disk that is slow to write, if it is told so.
  private static final class Disk extends FilterDirectory {
    final CompletableFuture<Void> asked = new CompletableFuture<>();
    volatile CompletableFuture<Void> ready = CompletableFuture.completedFuture(null);

    Disk(Directory directory) {
      super(directory);
    }

    @Override
    public void sync(Collection<String> names) throws IOException {
      if (!ready.isDone()) {
        asked.complete(null);
        ready.join();
      }
      super.sync(names);
    }
  }

  @TempDir Path folder;
  private Disk disk;
  private Books books;

  @BeforeEach
  void open() throws IOException {
    disk = new Disk(FSDirectory.open(folder));
    books = new Books(disk);
  }

  @AfterEach
  void close() throws IOException {
    books.close();
    disk.close();
  }

  @Test
  void main_printsWhatItFinds(@TempDir Path other) throws Exception {
    assertThat(Output.of(() -> Books.main(new String[] {other.toString()})))
        .containsExactly("[[Emma], [Persuasion]]");
  }

  @Test
  @Shows(in = Column.BLOCK, value = "calls overlap")
  void commit_waitsForTheDisk_othersFind() throws Exception {
    books.add("Emma", "a garden");
    books.commit();
    disk.ready = new CompletableFuture<>();
    Mode.BLOCK.run(() -> {
      toThread(() -> books.add("Persuasion", "a garden by the sea"));
      var commit = createTask(() -> toThread(books::commit));
      await(disk.asked);
      assertThat(toThread(() -> books.find("garden"))).containsExactly("Emma");
      assertThat(commit.done()).isFalse();
      disk.ready.complete(null);
      await(commit);
      assertThat(toThread(() -> books.find("sea"))).containsExactly("Persuasion");
    });
  }

  @Test
  @Shows(in = Column.SWITCH, value = "calls hold up the loop: `toThread`")
  void calls_underSwitch_leaveNoTurnToOthers() throws Exception {
    Mode.SWITCH.run(() -> {
      try (var turns = Turns.begin()) {
        int before = turns.count();
        books.add("Emma", "a garden");
        books.commit();
        assertThat(books.find("garden")).containsExactly("Emma");
        assertThat(turns.count()).isEqualTo(before);
      }
    });
  }

  @Test
  @Shows(
      in = Column.CANCEL,
      value = "`toThread`: the task ends, the call goes on and has its effect")
  void commit_cancelledInItsThread_hasItsEffect() throws Exception {
    disk.ready = new CompletableFuture<>();
    Mode.BLOCK.run(() -> {
      toThread(() -> books.add("Emma", "a garden"));
      var commit = createTask(() -> toThread(books::commit));
      await(disk.asked);
      commit.cancel();
      assertThatExceptionOfType(CancelledError.class).isThrownBy(() -> await(commit));
      assertThat(committed()).isZero();
      disk.ready.complete(null);
    });
    assertThat(committed()).isEqualTo(1);
  }

  @Test
  @Shows(in = Column.CANCEL, value = "`SWITCH`: it comes after the call, and the index stays whole")
  void commit_inATaskThatIsCancelled_isMade() throws Exception {
    Mode.SWITCH.run(() -> {
      var commit =
          createTask(() -> {
            currentTask().cancel(); // nobody else could, once the call is made
            books.add("Emma", "a garden");
            books.commit();
            sleep(0);
          });
      assertThatExceptionOfType(CancelledError.class).isThrownBy(() -> await(commit));
    });
    assertThat(committed()).isEqualTo(1);
  }

  private int committed() throws IOException {
    if (!DirectoryReader.indexExists(disk)) {
      return 0;
    }
    try (var reader = DirectoryReader.open(disk)) {
      return reader.numDocs();
    }
  }
}
