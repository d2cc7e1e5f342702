package jasyncio.http;

import jasyncio.net.BaseProtocol;
import jasyncio.net.ExtraInfo;
import jasyncio.net.Protocol;
import jasyncio.net.ReadTransport;
import org.jspecify.annotations.Nullable;

/// How the reader of a body says that it has enough. There is no connection behind it that would be
/// the body's own.
abstract class PausingTransport implements ReadTransport {
  private static final Protocol NOBODY = new Protocol() {};

  @Override
  public final boolean isReading() {
    return true;
  }

  @Override
  public final <T> @Nullable T getExtraInfo(ExtraInfo<T> info) {
    return null;
  }

  @Override
  public final void setProtocol(BaseProtocol protocol) {
    throw new UnsupportedOperationException("the body of a message has no protocol");
  }

  @Override
  public final BaseProtocol getProtocol() {
    return NOBODY;
  }
}
