/// MQTT, by Paho's client.
@NullMarked
package jasyncio.recipes.mqtt;

import org.jspecify.annotations.NullMarked;
