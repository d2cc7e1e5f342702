package jasyncio.http;

/// An event of an [EventStream].
///
/// @param type its type; `message` if the server names none
/// @param data its data; several lines are joined by line feeds
/// @param id the last id that the server has named, perhaps with an event before; empty for none
public record ServerEvent(String type, String data, String id) {}
