package jasyncio.slf4j;

import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;
import org.slf4j.ILoggerFactory;
import org.slf4j.IMarkerFactory;
import org.slf4j.LoggerFactory;
import org.slf4j.helpers.NOP_FallbackServiceProvider;
import org.slf4j.helpers.Reporter;
import org.slf4j.spi.MDCAdapter;
import org.slf4j.spi.SLF4JServiceProvider;

/// The provider that SLF4J would have found by itself, with an [MDC][org.slf4j.MDC] that keeps its
/// values in jasyncio's [Context][jasyncio.Context].
///
/// Name it with `-Dslf4j.provider=jasyncio.slf4j.MdcServiceProvider`. See [MdcContext] for what it
/// does. If the provider is one whose MDC cannot be kept there, SLF4J works as without this, and
/// says so on standard error; if there are several, it is the first.
public final class MdcServiceProvider implements SLF4JServiceProvider {
  private final SLF4JServiceProvider provider;
  private @Nullable MDCAdapter adapter; // null while the provider has none

  /// For SLF4J.
  public MdcServiceProvider() {
    provider =
        ServiceLoader.load(SLF4JServiceProvider.class, LoggerFactory.class.getClassLoader())
            .findFirst()
            .orElseGet(NOP_FallbackServiceProvider::new);
  }

  @Override
  public void initialize() {
    provider.initialize();
    var a = getMDCAdapter();
    if (a != null) {
      try {
        Backend.setInBackend(provider.getLoggerFactory(), a);
      } catch (IllegalStateException e) {
        Reporter.warn("The MDC's values stay with threads: " + e.getMessage());
        adapter = provider.getMDCAdapter();
      }
    }
  }

  /// {@return the provider's loggers}
  @Override
  public ILoggerFactory getLoggerFactory() {
    return provider.getLoggerFactory();
  }

  /// {@return the provider's markers}
  @Override
  public IMarkerFactory getMarkerFactory() {
    return provider.getMarkerFactory();
  }

  /// {@return the adapter that keeps its values in the current context; `null` if the provider has
  /// none yet, which SLF4J expects}
  @Override
  @SuppressWarnings("NullAway") // as log4j's does until it is initialised
  public MDCAdapter getMDCAdapter() {
    var a = adapter;
    if (a == null) {
      var theirs = provider.getMDCAdapter();
      if (theirs != null) {
        a = Backend.adapterInsteadOf(theirs);
        if (a == null) {
          Reporter.warn(
              "The MDC of "
                  + theirs.getClass().getName()
                  + " cannot be kept in jasyncio's contexts; its values stay with threads.");
          a = theirs;
        }
        adapter = a;
      }
    }
    return a;
  }

  /// {@return what the provider says}
  @Override
  public String getRequestedApiVersion() {
    return provider.getRequestedApiVersion();
  }
}
