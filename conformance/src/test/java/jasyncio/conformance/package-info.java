/// The same program in Python and in Java, run by both, compared line by line.
///
/// A scenario is a function in `src/test/python/loop.py` and the method of the same name in
/// [LoopScenarios], and so for the other groups. [ConformanceTest] runs CPython 3.13 or newer where
/// it finds one, and else takes the stored output in `src/test/expected`; either way it runs the
/// method in this JVM and compares what the two print.
///
/// - `JASYNCIO_PYTHON`: the CPython to use, or `none` for the stored output.
/// - `-Djasyncio.conformance.update=true`: store CPython's output anew.
@NullMarked
package jasyncio.conformance;

import org.jspecify.annotations.NullMarked;
