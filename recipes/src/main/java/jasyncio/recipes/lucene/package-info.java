/// Lucene.
@NullMarked
package jasyncio.recipes.lucene;

import org.jspecify.annotations.NullMarked;
