/// An HTTP server: [Http#serve] runs a [Handler] until it is told to end.
///
/// A handler is a method that takes a [Request] and returns a [Response]; it may suspend. A
/// [Router] is a handler that leads requests to others, a [Middleware] is a function around one.
/// Everything here is used on the loop's thread.
package jasyncio.http;
