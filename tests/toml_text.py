"""Tables as TOML, for tests that break them."""

DATE = "1979-05-27"  # written as a date, which TOML has and settings do not


def places(node, path=()):
    """Paths of all nodes below a table."""
    for key, inner in node.items() if isinstance(node, dict) else enumerate(node):
        yield (*path, key)
        if isinstance(inner, (dict, list)):
            yield from places(inner, (*path, key))


def written(table):
    """A table as the text of a TOML file, each of its keys on one line."""
    return "".join(f"{quoted(key)} = {literal(value)}\n" for key, value in table.items())


def literal(value):
    """A value as TOML; every table inline."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "{" + ", ".join(f"{quoted(k)} = {literal(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(literal, value)) + "]"
    if value == DATE:
        return value
    return quoted(value) if isinstance(value, str) else repr(value)


def quoted(text):
    plain = (c if c.isprintable() and c not in '"\\' else f"\\u{ord(c):04x}" for c in text)
    return '"' + "".join(plain) + '"'
