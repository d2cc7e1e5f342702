/// OkHttp.
@NullMarked
package jasyncio.recipes.okhttp;

import org.jspecify.annotations.NullMarked;
