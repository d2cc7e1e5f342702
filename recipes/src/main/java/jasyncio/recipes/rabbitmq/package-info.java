/// RabbitMQ.
@NullMarked
package jasyncio.recipes.rabbitmq;

import org.jspecify.annotations.NullMarked;
