/// Redis, by Jedis and by Lettuce.
@NullMarked
package jasyncio.recipes.redis;

import org.jspecify.annotations.NullMarked;
