package jasyncio.bench.compare;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/// The CPU time of all threads of this process, from the system's clock: the JDK's own reading
/// moves in steps of 10 ms.
final class CpuClock {
  private static final int CLOCK_PROCESS_CPUTIME_ID = 2; // Linux

  @SuppressWarnings("restricted") // benchmarks may call native functions
  private static final MethodHandle CLOCK_GETTIME =
      Linker.nativeLinker()
          .downcallHandle(
              Linker.nativeLinker().defaultLookup().findOrThrow("clock_gettime"),
              FunctionDescriptor.of(
                  ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.ADDRESS));

  private static final MemorySegment TIMESPEC = Arena.global().allocate(16, 8);

  private CpuClock() {}

  static long nanos() {
    try {
      int error = (int) CLOCK_GETTIME.invokeExact(CLOCK_PROCESS_CPUTIME_ID, TIMESPEC);
      if (error != 0) {
        throw new IllegalStateException("clock_gettime failed");
      }
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
    return TIMESPEC.get(ValueLayout.JAVA_LONG, 0) * 1_000_000_000
        + TIMESPEC.get(ValueLayout.JAVA_LONG, 8);
  }
}
