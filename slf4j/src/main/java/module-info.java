import org.jspecify.annotations.NullMarked;

/// SLF4J's MDC, kept in jasyncio's [Context][jasyncio.Context], for logback and log4j 2.
///
/// Start with [jasyncio.slf4j.MdcContext].
@NullMarked
module jasyncio.slf4j {
  requires static transitive org.jspecify;
  requires static ch.qos.logback.classic;
  requires static org.apache.logging.log4j;
  requires transitive jasyncio;
  requires transitive org.slf4j;

  exports jasyncio.slf4j;

  uses org.slf4j.spi.SLF4JServiceProvider;
}
