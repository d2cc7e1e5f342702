/// The JDK's client for HTTP.
@NullMarked
package jasyncio.recipes.httpclient;

import org.jspecify.annotations.NullMarked;
