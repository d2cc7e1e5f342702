/// jasyncio for programs in Kotlin: suspend functions on an event loop, and tasks in suspend
/// functions.
@SuppressWarnings("module") // no version
module jasyncio.kotlin {
  requires transitive jasyncio;
  requires transitive kotlin.stdlib;
  requires transitive kotlinx.coroutines.core;

  exports jasyncio.kotlin;
}
