/// JDBC, with a pool.
@NullMarked
package jasyncio.recipes.jdbc;

import org.jspecify.annotations.NullMarked;
