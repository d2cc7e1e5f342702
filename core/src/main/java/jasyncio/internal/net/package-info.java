/// What the loop's selector needs for transports, streams and pipes; knows no protocols.
package jasyncio.internal.net;
