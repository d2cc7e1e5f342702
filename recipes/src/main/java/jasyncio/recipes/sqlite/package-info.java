/// SQLite, which waits below Java.
@NullMarked
package jasyncio.recipes.sqlite;

import org.jspecify.annotations.NullMarked;
