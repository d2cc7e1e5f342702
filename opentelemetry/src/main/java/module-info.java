import org.jspecify.annotations.NullMarked;

/// OpenTelemetry's current context, kept in jasyncio's [Context][jasyncio.Context].
///
/// On the class path or module path it works by itself: see
/// [JasyncioContextStorageProvider][jasyncio.opentelemetry.JasyncioContextStorageProvider].
@NullMarked
module jasyncio.opentelemetry {
  requires static transitive org.jspecify;
  requires transitive jasyncio;
  requires io.opentelemetry.context;

  exports jasyncio.opentelemetry;

  provides io.opentelemetry.context.ContextStorageProvider with
      jasyncio.opentelemetry.JasyncioContextStorageProvider;
}
