"""Messages that no item is, one or more for each reason to reject: (name, bytes, reason)."""
import json


def nested(depth, open_, close, core):
    return (open_ * depth + core + close * depth).encode()


def with_text(**more):
    return json.dumps({"id": "a", "text": "Words.", **more}).encode()


def bad_items():
    return [
        ("nothing", b"", "not_json"),
        ("blanks", b" \n\t ", "not_json"),
        ("prose", b"The lights went out.", "not_json"),
        ("cut", b'{"id": "a", "text": "Words', "not_json"),
        ("two values", b'{"text": "Words."} {"text": "Words."}', "not_json"),
        ("comment", b'{"text": "Words." /* so */}', "not_json"),
        ("NaN", b'{"text": "Words.", "score": NaN}', "not_json"),
        ("out of range", b'{"text": "Words.", "score": 1e999}', "not_json"),
        ("control character", b'{"text": "Wor\x01ds."}', "not_json"),
        ("byte order mark", b'\xef\xbb\xbf{"text": "Words."}', "not_json"),
        ("list", b'[{"text": "Words."}]', "not_object"),
        ("string", b'"Words."', "not_object"),
        ("number", b"17", "not_object"),
        ("null", b"null", "not_object"),
        ("Latin-1", b'{"text": "caf\xe9 closed"}', "invalid_utf8"),
        ("overlong", b'{"text": "\xc0\xaf words"}', "invalid_utf8"),
        ("surrogate", b'{"text": "\xed\xa0\x80 words"}', "invalid_utf8"),
        ("huge", with_text(filler="x" * (1 << 20)), "too_large"),
        ("huge and no JSON", b"{" * ((1 << 20) + 1), "too_large"),
        ("deep lists", b'{"text": "Words.", "x": ' + nested(40, "[", "]", "1") + b"}", "too_deep"),
        ("deep objects", b'{"text": "Words.", "x": ' + nested(40, '{"a":', "}", "1") + b"}", "too_deep"),
        ("long string", with_text(filler="y" * ((512 << 10) + 1)), "string_too_long"),
        ("many subjects", with_text(subjects=[{"name": f"s{n}"} for n in range(300)]), "too_many_subjects"),
        ("many members", with_text(x={f"k{n}": n for n in range(20001)}), "too_many_members"),
        ("twice", b'{"text": "Words.", "text": "Other."}', "duplicate_key"),
        ("twice below", b'{"text": "Words.", "x": {"a": 1, "a": 2}}', "duplicate_key"),
        ("text is a number", b'{"id": "a", "text": 17}', "bad_field"),
        ("no text", b'{"id": "a", "language": "en"}', "no_text"),
        ("empty text", b'{"id": "a", "text": ""}', "no_text"),
        ("empty object", b"{}", "no_text"),
    ]
