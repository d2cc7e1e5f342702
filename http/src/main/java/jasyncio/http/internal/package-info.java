/// What turns bytes into messages and back. Not for users.
package jasyncio.http.internal;
