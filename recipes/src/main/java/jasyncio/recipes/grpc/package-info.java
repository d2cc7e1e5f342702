/// gRPC, from both sides.
@NullMarked
package jasyncio.recipes.grpc;

import org.jspecify.annotations.NullMarked;
