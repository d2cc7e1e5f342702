/// What makes a release and looks through it.
@NullMarked
package jasyncio.dist;

import org.jspecify.annotations.NullMarked;
