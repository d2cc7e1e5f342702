"""What all servers answer."""
import json
import os

HELLO = b"Hello, World!"
TEXT = "text/plain; charset=utf-8"
FILES = os.environ.get("BENCH_FILES", ".")


def note():
    return {
        "id": 47110,
        "title": "The title of the note",
        "text": "It says something of middling length, as notes often do, and has 200 bytes as a whole.",
        "tags": ["first", "second", "third"],
        "weight": 12.5,
        "done": True,
    }


def text_of(value):
    return json.dumps(value, separators=(",", ":"))
