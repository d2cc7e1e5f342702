package jasyncio.net;

import jasyncio.EventLoop;
import jasyncio.WaitList;
import jasyncio.internal.base.Newlines;
import jasyncio.internal.base.ReadAhead;
import jasyncio.internal.base.Sneaky;
import jasyncio.internal.face.Current;
import jasyncio.internal.net.ByteQueue;
import jasyncio.internal.net.Peers;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.Iterator;
import java.util.Objects;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/// Reads what the other side sends. Its methods suspend until enough has come.
///
/// Whoever brings the bytes calls [#feedData] and [#feedEof]: a [StreamReaderProtocol], or code of
/// your own. Where more than twice the limit waits to be read, the transport is paused; it goes on
/// when that is down to the limit, or when a read waits for more.
///
/// One coroutine reads at a time. **Cancellation** of a read takes nothing out of the stream. The
/// error of a connection that broke, the very object, is thrown by every read from then on.
///
/// Bytes have asyncio's names, such as [#readline()], with the newline; text has the JDK's, such as
/// [#readLine()], without it. Iterating gives the lines as bytes; `next()` suspends. Used on its
/// loop's thread. Python: `asyncio.StreamReader`.
public final class StreamReader implements Iterable<byte[]> {
  /* Overview
   * feedData and feedEof fill `buffer`; a read that finds too little in it takes the one place in `waiters`, and leaves the
   * size that would do in `wanted`. If it is woken because the stream broke, the error is in `news`.
   * The place stays in `waiter` until the reading coroutine goes on: nobody else can read what it was woken for.
   *
   * CPython: streams.py, StreamReader. There a waiting read is woken for every piece that comes and unpauses the
   * transport each time; here it is woken once, and the transport is not paused meanwhile.
   */

  /// The limit unless another one is given: 64 KiB.
  public static final int DEFAULT_LIMIT = StreamLimits.DEFAULT;

  private static final byte[] NOTHING = {};
  private static final int NOTHING_AHEAD = -1;
  private static final byte[][] NEWLINE = {{'\n'}};

  private final EventLoop loop;
  private final int limit;
  private final ByteQueue buffer = new ByteQueue();
  private int readAhead; // paused above twice that, goes on below: the limit, or NOTHING_AHEAD
  private @Nullable ReadTransport transport; // null also if it cannot be paused

  @SuppressWarnings("UnusedVariable") // held, so that it is not collected before this
  private @Nullable StreamWriter writer; // see there

  private @Nullable WaitList waiters; // from the first read on that had to wait
  private WaitList.@Nullable Place waiter;
  private int wanted;
  private @Nullable Throwable news;
  private @Nullable Throwable exception;
  private boolean eof;
  private @Nullable Throwable ending; // why that is not the regular end
  private boolean paused;

  /// A reader on the [current loop][jasyncio.Asyncio#getEventLoop()], with a limit of 64 KiB.
  ///
  /// @throws IllegalStateException if there is none
  public StreamReader() {
    this(DEFAULT_LIMIT);
  }

  /// A reader on the [current loop][jasyncio.Asyncio#getEventLoop()].
  ///
  /// @param limit how long a line may be, in bytes, and half of what is buffered
  /// @throws IllegalArgumentException unless it is positive
  /// @throws IllegalStateException if there is no loop
  public StreamReader(int limit) {
    this(limit, Current.loopOrDefault());
  }

  /// A reader on a given loop.
  ///
  /// @param limit how long a line may be, in bytes, and half of what is buffered
  /// @param loop the loop
  /// @throws IllegalArgumentException unless the limit is positive
  public StreamReader(int limit, EventLoop loop) {
    StreamLimits.check(limit);
    this.limit = limit;
    this.readAhead = limit;
    this.loop = Objects.requireNonNull(loop, "loop");
  }

  // ---- feeding ----------------------------------------------------------------------------------

  /// Says whose reading is to be paused while nobody reads from this. Called by protocols.
  ///
  /// Of a transport that is paused when it is given, nothing is read ahead: it goes on when a read
  /// has to wait, and is paused again by the bytes that end the wait.
  ///
  /// @param transport where the bytes come from
  /// @throws IllegalStateException if it was said before
  public void setTransport(ReadTransport transport) {
    if (this.transport != null) {
      throw new IllegalStateException("Transport already set");
    }
    if (!transport.isReading()) {
      readAhead = NOTHING_AHEAD;
      paused = true;
    }
    this.transport = transport;
  }

  /// Goes on with another transport; a pause moves from the old one to it.
  void replaceTransport(ReadTransport newTransport) {
    var old = transport;
    transport = Objects.requireNonNull(newTransport, "transport");
    if (paused && old != null) {
      old.resumeReading();
      newTransport.pauseReading();
    }
  }

  void setWriter(StreamWriter writer) {
    this.writer = writer;
  }

  /// Adds bytes to what can be read.
  ///
  /// @param data the bytes, which are copied
  /// @throws IllegalStateException after [#feedEof()]
  public void feedData(byte[] data) {
    feedData(ByteBuffer.wrap(data));
  }

  /// Adds bytes to what can be read.
  ///
  /// @param data the bytes between position and limit, which are copied; afterwards the position is
  ///   at the limit
  /// @throws IllegalStateException after [#feedEof()]
  public void feedData(ByteBuffer data) {
    if (eof) {
      throw new IllegalStateException("feedData after feedEof");
    }
    if (!data.hasRemaining()) {
      return;
    }
    checkThread();
    buffer.append(data);
    if (waiter != null && buffer.size() < wanted) {
      return;
    }
    wake(null);
    if (buffer.size() > 2L * readAhead) {
      pause();
    }
  }

  /// Says that nothing more will come.
  public void feedEof() {
    checkThread();
    eof = true;
    wake(null);
  }

  /// Says that nothing more will come because of an error. What has come before can still be read;
  /// a read that wants more than there is takes nothing, and throws the error. Unlike after
  /// [#setException], nothing is lost of what the other side has sent before. asyncio has no
  /// counterpart.
  ///
  /// @param reason the error
  public void feedEof(Throwable reason) {
    Objects.requireNonNull(reason, "reason");
    checkThread();
    ending = reason;
    feedEof();
  }

  /// {@return whether everything was read that has ever come, and nothing more will; not after an
  /// error, which a read throws}
  public boolean atEof() {
    return eof && ending == null && buffer.isEmpty();
  }

  /// {@return the error that every read throws, or `null` if the stream is sound}
  public @Nullable Throwable exception() {
    return exception;
  }

  /// Has every read from now on throw an error, also one that waits now.
  ///
  /// @param exception the error
  public void setException(Throwable exception) {
    Objects.requireNonNull(exception, "exception");
    checkThread();
    this.exception = exception;
    wake(exception);
  }

  /// Who must not wake those that read must not change anything for them either.
  private void checkThread() {
    if (waiters != null) {
      waiters.checkThread();
    }
  }

  private void wake(@Nullable Throwable problem) {
    if (waiters != null && waiters.wakeFirst()) {
      news = problem;
    }
  }

  private void pause() {
    if (transport == null || paused) {
      return;
    }
    try {
      transport.pauseReading();
      paused = true;
    } catch (UnsupportedOperationException e) {
      transport = null; // it cannot: all there is has to be buffered
    }
  }

  private void resume() {
    if (paused && transport != null) {
      paused = false;
      transport.resumeReading();
    }
  }

  private void resumeIfLow() {
    if (paused && buffer.size() <= readAhead) {
      resume();
    }
  }

  // ---- reading ----------------------------------------------------------------------------------

  /// Reads everything, up to the end of the stream. Suspends until that has come, however long that
  /// takes and however much it is.
  ///
  /// @return the bytes, perhaps none
  /// @throws IOException if the connection breaks
  /// @throws IllegalStateException if another coroutine waits for data of this reader
  public byte[] read() throws IOException {
    begin("read");
    awaitData(Integer.MAX_VALUE);
    return taken(buffer.takeAll());
  }

  /// Reads what has come. Suspends only if nothing has.
  ///
  /// @param count how many bytes at most; 0 reads nothing, a negative number everything, like
  ///   [#read()]
  /// @return at least one byte; none if the stream has ended
  /// @throws IOException if the connection breaks
  /// @throws IllegalStateException if another coroutine waits for data of this reader
  public byte[] read(int count) throws IOException {
    if (count < 0) {
      return read();
    }
    if (count == 0) {
      raiseStored();
      return NOTHING;
    }
    begin("read");
    awaitData(1);
    return taken(buffer.take(Math.min(count, buffer.size())));
  }

  /// Reads what has come into a buffer. Suspends only if nothing has. Allocates nothing unless it
  /// does.
  ///
  /// @param target where the bytes go, between position and limit; its position moves behind them
  /// @return how many, at least one; 0 if there is no room for any, -1 if the stream has ended
  /// @throws IOException if the connection breaks
  /// @throws IllegalStateException if another coroutine waits for data of this reader
  public int read(ByteBuffer target) throws IOException {
    if (!target.hasRemaining()) {
      raiseStored();
      return 0;
    }
    begin("read");
    awaitData(1);
    int count = buffer.take(target);
    resumeIfLow();
    return count > 0 ? count : -1;
  }

  /// Reads a number of bytes. Suspends until so many have come; the limit does not matter.
  ///
  /// @param count how many
  /// @return so many
  /// @throws IncompleteReadException if the stream ends before; has what there was
  /// @throws IOException if the connection breaks
  /// @throws IllegalArgumentException if the number is negative
  /// @throws IllegalStateException if another coroutine waits for data of this reader
  public byte[] readexactly(int count) throws IOException {
    if (count < 0) {
      throw new IllegalArgumentException("readexactly size can not be less than zero");
    }
    if (count == 0) {
      raiseStored();
      return NOTHING;
    }
    begin("readexactly");
    awaitData(count);
    if (buffer.size() < count) {
      throw new IncompleteReadException(buffer.takeAll(), OptionalInt.of(count));
    }
    return taken(buffer.take(count));
  }

  /// Reads a line. Suspends until its newline, or the end of the stream, has come.
  ///
  /// @return the line with its newline; at the end of the stream what there is, perhaps nothing
  /// @throws LimitOverrunException if it is longer than the reader's limit, the newline not
  ///   counted. The line is dropped if its newline has come, else everything that has
  /// @throws IOException if the connection breaks
  /// @throws IllegalStateException if another coroutine waits for data of this reader
  public byte[] readline() throws IOException {
    return readline(limit);
  }

  /// Reads a line, with a limit of its own.
  ///
  /// @param limit how long it may be, in bytes, the newline not counted
  /// @return the line with its newline; at the end of the stream what there is, perhaps nothing
  /// @throws LimitOverrunException if it is longer
  /// @throws IOException if the connection breaks
  /// @throws IllegalArgumentException unless the limit is positive
  /// @throws IllegalStateException if another coroutine waits for data of this reader
  public byte[] readline(int limit) throws IOException {
    StreamLimits.check(limit);
    begin("readline");
    try {
      var line = until(NEWLINE, limit);
      return line != null ? line : buffer.takeAll();
    } catch (LimitOverrunException e) {
      drop(e.consumed());
      throw e;
    }
  }

  private void drop(int beforeNewline) {
    if (buffer.indexOf(NEWLINE[0], beforeNewline) == beforeNewline) {
      buffer.skip(beforeNewline + 1);
    } else {
      buffer.clear();
    }
    resumeIfLow();
  }

  /// Reads a line of UTF-8, like [#readLine(Charset)].
  ///
  /// @return the line without its newline; `null` at the end of the stream
  /// @throws LimitOverrunException if it is longer than the reader's limit
  /// @throws IOException if the connection breaks
  /// @throws IllegalStateException if another coroutine waits for data of this reader
  public @Nullable String readLine() throws IOException {
    return readLine(StandardCharsets.UTF_8);
  }

  /// Reads a line of text, as a [java.io.BufferedReader] does. Suspends until its newline, or the
  /// end of the stream, has come.
  ///
  /// ```java fragment
  /// var reader = Streams.openConnection("127.0.0.1", 8888).reader();
  /// for (String line; (line = reader.readLine(StandardCharsets.ISO_8859_1)) != null; ) {
  ///   IO.println(line);
  /// }
  /// ```
  ///
  /// @param charset how it is encoded: any charset that has ASCII's newline, such as UTF-8; bytes
  ///   that mean nothing in it become its replacement character
  /// @return the line without its newline, and without the carriage return before that; what comes
  ///   after the last newline, if it is something; `null` at the end of the stream
  /// @throws LimitOverrunException if it is longer than the reader's limit, as in [#readline()]
  /// @throws IOException if the connection breaks
  /// @throws IllegalArgumentException if a newline is something else in that charset, as in UTF-16
  /// @throws IllegalStateException if another coroutine waits for data of this reader
  public @Nullable String readLine(Charset charset) throws IOException {
    checkNewline(charset);
    var line = readline();
    return line.length == 0 ? null : new String(line, 0, Newlines.lengthOfText(line), charset);
  }

  private static void checkNewline(Charset charset) {
    Newlines.check(charset, "use asInputStream() with an InputStreamReader");
  }

  /// Reads up to a separator, that included. Suspends until it has come.
  ///
  /// @param separator at least one byte
  /// @return the bytes up to the separator and the separator
  /// @throws LimitOverrunException if more bytes come before it than the reader's limit; nothing is
  ///   taken out of the stream
  /// @throws IncompleteReadException if the stream ends before; has what there was
  /// @throws IOException if the connection breaks
  /// @throws IllegalArgumentException if the separator is empty
  /// @throws IllegalStateException if another coroutine waits for data of this reader
  public byte[] readuntil(byte[] separator) throws IOException {
    return readuntil(separator, limit);
  }

  /// Reads up to a separator, that included, with a limit of its own.
  ///
  /// @param separator at least one byte
  /// @param limit how many bytes may come before it
  /// @return the bytes up to the separator and the separator
  /// @throws LimitOverrunException if there are more; nothing is taken out of the stream
  /// @throws IncompleteReadException if the stream ends before; has what there was
  /// @throws IOException if the connection breaks
  /// @throws IllegalArgumentException if the separator is empty or the limit not positive
  /// @throws IllegalStateException if another coroutine waits for data of this reader
  public byte[] readuntil(byte[] separator, int limit) throws IOException {
    return readuntil(new byte[][] {separator}, limit);
  }

  /// Reads up to one of several separators, that included: the one that ends first.
  ///
  /// @param separators at least one, each of at least one byte
  /// @return the bytes up to the separator and the separator
  /// @throws LimitOverrunException if more bytes come before it than the reader's limit; nothing is
  ///   taken out of the stream
  /// @throws IncompleteReadException if the stream ends before; has what there was
  /// @throws IOException if the connection breaks
  /// @throws IllegalArgumentException if there is no separator, or an empty one
  /// @throws IllegalStateException if another coroutine waits for data of this reader
  public byte[] readuntil(Collection<byte[]> separators) throws IOException {
    return readuntil(separators, limit);
  }

  /// Reads up to one of several separators, that included, with a limit of its own.
  ///
  /// @param separators at least one, each of at least one byte
  /// @param limit how many bytes may come before it
  /// @return the bytes up to the separator and the separator
  /// @throws LimitOverrunException if there are more; nothing is taken out of the stream
  /// @throws IncompleteReadException if the stream ends before; has what there was
  /// @throws IOException if the connection breaks
  /// @throws IllegalArgumentException if there is no separator, or an empty one, or if the limit is
  ///   not positive
  /// @throws IllegalStateException if another coroutine waits for data of this reader
  public byte[] readuntil(Collection<byte[]> separators, int limit) throws IOException {
    var sorted = separators.toArray(byte[][]::new);
    Arrays.sort(
        sorted, Comparator.comparingInt(s -> s.length)); // of two that end together: the shorter
    return readuntil(sorted, limit);
  }

  private byte[] readuntil(byte[][] separators, int limit) throws IOException {
    if (separators.length == 0) {
      throw new IllegalArgumentException("Separator should contain at least one element");
    }
    if (separators[0].length == 0) {
      throw new IllegalArgumentException("Separator should be at least one-byte string");
    }
    StreamLimits.check(limit);
    begin("readuntil");
    var found = until(separators, limit);
    if (found == null) {
      throw new IncompleteReadException(buffer.takeAll(), OptionalInt.empty());
    }
    return found;
  }

  /// Everything up to the separator that ends first; `null` if the stream ends before.
  ///
  /// @param separators sorted by length
  private byte @Nullable [] until(byte[][] separators, int limit) throws IOException {
    int shortest = separators[0].length;
    int longest = separators[separators.length - 1].length;
    int searched = 0; // no separator begins before
    while (true) {
      int size = buffer.size();
      if (size - searched >= shortest) {
        int start = -1;
        int end = Integer.MAX_VALUE;
        for (var separator : separators) {
          int at = buffer.indexOf(separator, searched);
          if (at >= 0 && at + separator.length < end) {
            start = at;
            end = at + separator.length;
          }
        }
        if (start > limit) {
          throw new LimitOverrunException(
              "Separator is found, but chunk is longer than limit", start);
        }
        if (start >= 0) {
          return taken(buffer.take(end));
        }
        searched = Math.max(0, size + 1 - longest);
        if (searched > limit) {
          throw new LimitOverrunException(
              "Separator is not found, and chunk exceed the limit", searched);
        }
      }
      if (eof) {
        raiseEnding();
        return null;
      }
      awaitData(size + 1);
    }
  }

  /// A byte that has come already, or -1 if there is none.
  int pollByte() {
    if (buffer.isEmpty() || waiter != null || exception != null) {
      return -1;
    }
    int b = buffer.takeByte();
    resumeIfLow();
    return b;
  }

  EventLoop loop() {
    return loop;
  }

  int buffered() {
    return buffer.size();
  }

  /// Takes what was received as plain text before TLS began, and belongs to it.
  byte[] takeBuffered() {
    return taken(buffer.takeAll());
  }

  private byte[] taken(byte[] bytes) {
    resumeIfLow();
    return bytes;
  }

  private void begin(String method) throws IOException {
    raiseStored();
    if (waiter != null) {
      throw new IllegalStateException(
          method
              + "() called while another coroutine is already waiting for incoming data; let one"
              + " coroutine read, or take turns with a lock");
    }
  }

  void raiseStored() throws IOException {
    if (exception != null) {
      throw Sneaky.rethrow(exception, IOException.class);
    }
  }

  private void raiseEnding() throws IOException {
    if (ending != null) {
      throw Sneaky.rethrow(ending, IOException.class);
    }
  }

  /// Waits until the buffer holds `count` bytes or the stream ends.
  private void awaitData(int count) throws IOException {
    while (buffer.size() < count && !eof) {
      var list = waiters();
      resume(); // else nothing would ever come
      var place = list.enter();
      wanted = count;
      waiter = place;
      news = null;
      try {
        place.await();
      } catch (Throwable e) { // most likely a CancelledError
        if (readAhead == NOTHING_AHEAD) {
          pause();
        }
        throw e;
      } finally {
        waiter = null;
        place.leave();
      }
      if (news != null) {
        throw Sneaky.rethrow(news, IOException.class);
      }
    }
    if (buffer.size() < count) {
      raiseEnding();
    }
  }

  private WaitList waiters() {
    var running = EventLoop.running();
    if (running != null && running != loop) { // before the list is bound to it
      throw new IllegalStateException(this + " is bound to a different event loop");
    }
    if (waiters == null) {
      waiters =
          new WaitList(
              this,
              () ->
                  Peers.waitInfo(
                      transport,
                      "data from ",
                      "",
                      transport == null ? "data for a StreamReader" : "data from " + transport));
    }
    return waiters;
  }

  // ---- in other shapes --------------------------------------------------------------------------

  /// {@return the lines, newline included, up to the end of the stream}
  ///
  /// `hasNext()` suspends, and throws what [#readline()] throws: also an [IOException], of which
  /// the compiler does not know here.
  @Override
  public Iterator<byte[]> iterator() {
    return new ReadAhead<>(
        "the stream has ended",
        () -> {
          var line = readline();
          return line.length == 0 ? null : line;
        });
  }

  /// {@return the lines in UTF-8, like [#lines(Charset)]}
  public Iterable<String> lines() {
    return lines(StandardCharsets.UTF_8);
  }

  /// The lines of text up to the end of the stream, each as [#readLine(Charset)] gives it.
  ///
  /// `hasNext()` suspends, and throws what that throws: also an [IOException], of which the
  /// compiler does not know here, as no iterator may announce one. [#forEachLine] does.
  ///
  /// @param charset how they are encoded
  /// @return the lines, to iterate over once
  /// @throws IllegalArgumentException if a newline is something else in that charset, as in UTF-16
  public Iterable<String> lines(Charset charset) {
    checkNewline(charset);
    return () -> new ReadAhead<>("the stream has ended", () -> readLine(charset));
  }

  /// Does something with each line of UTF-8, like [#forEachLine(Charset, LineHandler)].
  ///
  /// @param <X> what `handler` throws
  /// @param handler what to do with a line; may suspend
  /// @throws LimitOverrunException if a line is longer than the reader's limit
  /// @throws IOException if the connection breaks
  /// @throws X if `handler` does
  /// @throws IllegalStateException if another coroutine waits for data of this reader
  public <X extends Exception> void forEachLine(LineHandler<X> handler) throws IOException, X {
    forEachLine(StandardCharsets.UTF_8, handler);
  }

  /// Does something with each line of text up to the end of the stream, one after the other.
  /// Suspends until that has come.
  ///
  /// @param <X> what `handler` throws, which ends it
  /// @param charset how the lines are encoded, see [#readLine(Charset)]
  /// @param handler what to do with a line; may suspend
  /// @throws LimitOverrunException if a line is longer than the reader's limit
  /// @throws IOException if the connection breaks
  /// @throws X if `handler` does
  /// @throws IllegalArgumentException if a newline is something else in that charset, as in UTF-16
  /// @throws IllegalStateException if another coroutine waits for data of this reader
  public <X extends Exception> void forEachLine(Charset charset, LineHandler<X> handler)
      throws IOException, X {
    Objects.requireNonNull(handler, "handler");
    for (String line; (line = readLine(charset)) != null; ) {
      handler.accept(line);
    }
  }

  /// Sends everything, up to the end of the stream, through a writer. Suspends until all has come,
  /// and been accepted by the transport; in between never more is buffered than the limits of both
  /// sides allow.
  ///
  /// @param target where the bytes go; it is left open
  /// @return how many bytes that were
  /// @throws IOException if one of the connections breaks
  /// @throws IllegalStateException if another coroutine waits for data of this reader
  public long transferTo(StreamWriter target) throws IOException {
    long total = 0;
    while (true) {
      begin("transferTo");
      awaitData(1);
      int count = buffer.size();
      if (count == 0) {
        return total;
      }
      target.write(buffer.view());
      buffer.skip(count);
      total += count;
      resumeIfLow();
      target.drain();
    }
  }

  /// {@return this stream as one of `java.io`, for code that knows nothing of coroutines}
  ///
  /// Its reads suspend the calling coroutine, and nothing else, until a byte has come. What it has
  /// not read stays here. Closing it ends its own use alone: the connection is closed by the
  /// writer.
  public InputStream asInputStream() {
    return new ReaderInputStream(this);
  }

  /// {@return `<StreamReader 5 bytes eof>` and so on, as asyncio describes it}
  @Override
  public String toString() {
    var text = new StringBuilder("<StreamReader");
    if (!buffer.isEmpty()) {
      text.append(' ').append(buffer.size()).append(" bytes");
    }
    if (eof) {
      text.append(" eof");
    }
    if (limit != DEFAULT_LIMIT) {
      text.append(" limit=").append(limit);
    }
    if (waiter != null) {
      text.append(" waiter=").append(waiter);
    }
    if (exception != null) {
      text.append(" exception=").append(exception);
    }
    if (transport != null) {
      text.append(" transport=").append(transport);
    }
    if (paused) {
      text.append(" paused");
    }
    return text.append('>').toString();
  }
}
