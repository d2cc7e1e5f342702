"""A client that breaks the rules of HTTP/2, or makes hard use of them: hostile_http2.py PORT IMPATIENT

Each of its functions opens a connection to the server at PORT of this machine, and does one such thing. Told is what the
server makes of it, one line for each. While the connection is still open, a client that keeps the rules, which is that of
h2, asks for /hello; what it gets is told if it is anything else than that. The server at IMPATIENT waits for nobody for
long.
"""

import socket
import sys

import h2.config
import h2.connection
import h2.events
from h2.errors import ErrorCodes
from hpack import Decoder, Encoder
from hyperframe.frame import (
    ContinuationFrame, DataFrame, Frame, GoAwayFrame, HeadersFrame, PingFrame, PriorityFrame, PushPromiseFrame,
    RstStreamFrame, SettingsFrame, WindowUpdateFrame)

PATIENCE = 40  # seconds; only what hangs takes that long
LARGEST = 2**31 - 1
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
MANY = 1010  # frames that bring nothing forward: a few more than are put up with


def request(path="/hello", method="GET", *more):
    return [(":method", method), (":scheme", "http"), (":path", path), (":authority", "x"), *more]


class Attack:
    """A connection, frame by frame."""

    def __init__(self, settings=None, port=None):
        self.socket = socket.create_connection(("127.0.0.1", port or PORT))
        self.socket.settimeout(PATIENCE)
        self.encoder = Encoder()
        self.decoder = Decoder()
        self.bytes = b""
        self.send(PREFACE, SettingsFrame(0, settings=settings or {}))

    def send(self, *frames):
        data = b"".join(each if isinstance(each, bytes) else each.serialize() for each in frames)
        try:
            self.socket.sendall(data)
        except OSError:
            pass  # the server has ended the connection: outcome() tells how
        return self

    def headers(self, stream, fields, *flags):
        return HeadersFrame(stream, self.encoder.encode(fields), flags=flags or ("END_HEADERS", "END_STREAM"))

    def get(self, stream, path="/hello"):
        return self.headers(stream, request(path))

    def post(self, stream, *more):
        return self.headers(stream, request("/length", "POST", *more), "END_HEADERS")

    def exactly(self, n):
        while len(self.bytes) < n:
            more = self.socket.recv(65536)
            if not more:
                raise EOFError
            self.bytes += more
        data, self.bytes = self.bytes[:n], self.bytes[n:]
        return data

    def frame(self):
        frame, length = Frame.parse_frame_header(memoryview(self.exactly(9)))
        frame.parse_body(memoryview(self.exactly(length)))
        return frame

    def outcome(self, stream=0):
        """How the connection ends, or the stream; or with what status, 200 with the body."""
        status = ""
        try:
            while True:
                frame = self.frame()
                if isinstance(frame, GoAwayFrame):
                    return f"GOAWAY {ErrorCodes(frame.error_code).name}"
                if isinstance(frame, HeadersFrame):
                    fields = dict(self.decoder.decode(frame.data))
                    if frame.stream_id == stream:
                        status = fields[":status"]
                if frame.stream_id == stream and stream:
                    if isinstance(frame, RstStreamFrame):
                        return f"RST_STREAM {ErrorCodes(frame.error_code).name}"
                    if isinstance(frame, DataFrame) and status == "200" and frame.data:
                        status += " " + frame.data.decode()
                    if "END_STREAM" in frame.flags:
                        return status
        except (EOFError, ConnectionError):
            return "closed"


def data(stream, content=b"", *flags):
    return DataFrame(stream, content, flags=flags)


def well_behaved(port, path="/hello"):
    with socket.create_connection(("127.0.0.1", port)) as plain:
        plain.settimeout(PATIENCE)
        client = h2.connection.H2Connection(h2.config.H2Configuration(header_encoding="utf-8"))
        client.initiate_connection()
        client.send_headers(1, request(path), end_stream=True)
        plain.sendall(client.data_to_send())
        said = ""
        while True:
            received = plain.recv(65536)
            if not received:
                return said + " closed"
            for event in client.receive_data(received):
                if isinstance(event, h2.events.ResponseReceived):
                    said = dict(event.headers)[":status"]
                elif isinstance(event, h2.events.DataReceived):
                    said += " " + event.data.decode()
                elif isinstance(event, h2.events.StreamEnded):
                    return said
            plain.sendall(client.data_to_send())


# ---- floods ---------------------------------------------------------------------------------------


def rapid_reset(a):
    for i in range(250):
        a.send(a.get(2 * i + 1, "/wait"), RstStreamFrame(2 * i + 1, 8))
    return a.outcome()


def made_to_reset(a):
    for i in range(250):
        a.send(a.get(2 * i + 1, "/wait"), WindowUpdateFrame(2 * i + 1, LARGEST))
    return a.outcome()


def settings_flood(a):
    return a.send(*[SettingsFrame(0, settings={4: 65535})] * MANY).outcome()


def ping_flood(a):
    return a.send(*[PingFrame(0, b"12345678")] * MANY).outcome()


def priority_flood(a):
    return a.send(*[PriorityFrame(1, depends_on=3)] * MANY).outcome()


def window_flood(a):
    return a.send(*[WindowUpdateFrame(0, 1)] * MANY).outcome()


def goaway_flood(a):
    return a.send(*[GoAwayFrame(0)] * MANY).outcome()


def unknown_flood(a):
    return a.send(*[b"\0\0\1\xbb\0\0\0\0\0x"] * MANY).outcome()


def empty_data_flood(a):
    return a.send(a.post(1), *[data(1)] * MANY).outcome()


def empty_continuation_flood(a):
    head = a.headers(1, request(), "END_STREAM")
    return a.send(head, *[ContinuationFrame(1)] * MANY).outcome()


def large_continuation_flood(a):
    head = a.headers(1, request(), "END_STREAM")
    block = Encoder().encode([(f"x-{i}", "x" * 100) for i in range(100)])
    return a.send(head, *[ContinuationFrame(1, block)] * 50).outcome()


# ---- windows --------------------------------------------------------------------------------------


def connection_window_overflow(a):
    return a.send(WindowUpdateFrame(0, LARGEST)).outcome()


def stream_window_overflow(a):
    return a.send(a.get(1, "/wait"), WindowUpdateFrame(1, LARGEST)).outcome(1)


def initial_window_overflow(a):
    return a.send(SettingsFrame(0, settings={4: 2**31})).outcome()


def open_windows_overflow(a):
    a.send(a.get(1, "/wait"), WindowUpdateFrame(1, LARGEST - 65535))
    return a.send(SettingsFrame(0, settings={4: 65536})).outcome()


def window_of_nothing(a):
    return a.send(a.get(1, "/wait"), WindowUpdateFrame(1, 1).serialize()[:-1] + b"\0").outcome(1)


def more_than_the_window(a):
    return a.send(a.headers(1, request("/wait", "POST"), "END_HEADERS"), *[data(1, b"x" * 16384)] * 4).outcome(1)


# ---- the order of frames --------------------------------------------------------------------------


def data_behind_the_end(a):
    return a.send(a.get(1, "/wait"), data(1, b"more")).outcome(1)


def data_on_a_closed_stream(a):
    first = a.send(a.get(1)).outcome(1)
    return first + ", " + a.send(data(1, b"more")).outcome(1)


def headers_behind_trailers(a):
    a.send(a.post(1), a.headers(1, [("x", "1")]), a.headers(1, [("x", "2")]))
    return a.outcome(1)


def headers_on_a_closed_stream(a):
    first = a.send(a.get(1)).outcome(1)
    return first + ", " + a.send(a.get(1)).outcome()


def data_without_a_stream(a):
    return a.send(data(0x7fff, b"x")).outcome()


def reset_without_a_stream(a):
    return a.send(RstStreamFrame(1, 8)).outcome()


def even_stream(a):
    return a.send(a.get(2)).outcome()


def stream_of_the_past(a):
    return a.send(a.get(5, "/wait"), a.get(3)).outcome()


def something_between_headers(a):
    return a.send(a.headers(1, request(), "END_STREAM"), PingFrame(0, b"12345678")).outcome()


def push(a):
    a.send(a.get(1, "/wait"))
    return a.send(PushPromiseFrame(1, 2, data=a.encoder.encode(request()), flags=["END_HEADERS"])).outcome()


# ---- what is in frames ----------------------------------------------------------------------------


def uppercase_name(a):
    return a.send(a.headers(1, request("/hello", "GET", ("X-Name", "x")))).outcome(1)


def connection_header(a):
    return a.send(a.headers(1, request("/hello", "GET", ("connection", "close")))).outcome(1)


def transfer_encoding(a):
    return a.send(a.post(1, ("transfer-encoding", "chunked"))).outcome(1)


def pseudo_header_behind(a):
    return a.send(a.headers(1, [("x", "y"), *request()])).outcome(1)


def body_longer_than_said(a):
    return a.send(a.post(1, ("content-length", "2")), data(1, b"abc")).outcome(1)


def body_shorter_than_said(a):
    return a.send(a.post(1, ("content-length", "4")), data(1, b"abc", "END_STREAM")).outcome(1)


def trailers_before_the_length(a):
    return a.send(a.post(1, ("content-length", "4")), data(1, b"abc"), a.headers(1, [("x", "y")])).outcome(1)


def dependency_on_itself(a):
    return a.send(a.get(1, "/wait"), PriorityFrame(1, depends_on=1)).outcome(1)


def padding_longer_than_the_frame(a):
    return a.send(a.post(1), b"\0\0\2\0\x08\0\0\0\1\xffx").outcome()


def frame_that_is_too_large(a):
    return a.send(a.post(1), data(1, b"x" * 16385)).outcome()


def ping_of_seven_bytes(a):
    return a.send(b"\0\0\7\6\0\0\0\0\0" + b"x" * 7).outcome()


# ---- compression ----------------------------------------------------------------------------------


SMALL = HeadersFrame(3, b"\x82\x86\x44\x06/hello\x41\x01x", flags=["END_HEADERS", "END_STREAM"])


def bomb(a):
    """One field of 3900 bytes in the table, and then 12 000 bytes that each stand for it: 47 MB."""
    block = a.encoder.encode([*request(), ("x", "x" * 3900)], huffman=False)
    frame = HeadersFrame(1, block, flags=["END_STREAM"])
    rest = ContinuationFrame(1, b"\xbe" * 12000, flags=["END_HEADERS"])
    first = a.send(frame, rest).outcome(1)
    return first + ", " + a.send(SMALL).outcome(3)


def table_that_is_too_large(a):
    return a.send(HeadersFrame(1, b"\x3f\xff\xff\xff\x7f", flags=["END_HEADERS"])).outcome()


def entry_that_is_not_there(a):
    return a.send(HeadersFrame(1, b"\xff\x7f", flags=["END_HEADERS"])).outcome()


# ---- who takes nothing ----------------------------------------------------------------------------


def streams_that_take_nothing():
    """All the streams there may be, each with a body that waits for a window, which is never opened."""
    a = Attack({4: 0}, IMPATIENT)
    refused = a.send(*[a.get(2 * i + 1, "/large") for i in range(101)]).outcome(201)
    return a, refused + ", " + a.outcome(199)


def alone():
    """Whether the server leaves a connection of which nothing is read: it answers when there is none but the one that asks."""
    return "left" if well_behaved(IMPATIENT, "/alone") == "200 alone" else "kept"


def connection_that_takes_nothing():
    a = Attack({4: LARGEST}, IMPATIENT)
    a.send(*[a.get(2 * i + 1, "/large") for i in range(50)])
    return a, alone()


def client_that_reads_nothing():
    a = Attack({4: LARGEST}, IMPATIENT)
    a.send(WindowUpdateFrame(0, LARGEST - 65535), *[a.get(2 * i + 1, "/large") for i in range(50)])
    return a, alone()


def tell(attack, a, said, port):
    print(attack.__name__.replace("_", " ") + ": " + said)
    other = well_behaved(port)
    if other != "200 hello":
        print("  and others: " + other)
    a.socket.close()


PORT = int(sys.argv[1])
IMPATIENT = int(sys.argv[2])
for attack in [
    rapid_reset, made_to_reset, settings_flood, ping_flood, priority_flood, window_flood, goaway_flood, unknown_flood,
    empty_data_flood, empty_continuation_flood, large_continuation_flood, connection_window_overflow,
    stream_window_overflow, initial_window_overflow, open_windows_overflow, window_of_nothing, more_than_the_window,
    data_behind_the_end, data_on_a_closed_stream, headers_behind_trailers, headers_on_a_closed_stream,
    data_without_a_stream, reset_without_a_stream, even_stream, stream_of_the_past, something_between_headers, push,
    uppercase_name, connection_header, transfer_encoding, pseudo_header_behind, body_longer_than_said,
    body_shorter_than_said, trailers_before_the_length, dependency_on_itself, padding_longer_than_the_frame,
    frame_that_is_too_large, ping_of_seven_bytes, bomb, table_that_is_too_large, entry_that_is_not_there,
]:
    connection = Attack()
    tell(attack, connection, attack(connection), PORT)
for attack in [streams_that_take_nothing, connection_that_takes_nothing, client_that_reads_nothing]:
    connection, outcome = attack()
    tell(attack, connection, outcome, IMPATIENT)
