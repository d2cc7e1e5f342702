/// The `jasyncio` command.
///
/// [Main] is the entry. A plain `run` request goes straight to [RunRequest], because start-up time
/// is what people notice; everything else (help, rare options, mistakes) is left to picocli in
/// [JasyncioCommand]. `docs/decisions/0003-launcher-and-start-up.md` says why it is built this way.
@NullMarked
package jasyncio.cli;

import org.jspecify.annotations.NullMarked;
