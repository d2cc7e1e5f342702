/// jOOQ, on a pool of JDBC's.
@NullMarked
package jasyncio.recipes.jooq;

import org.jspecify.annotations.NullMarked;
