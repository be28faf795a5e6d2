"""The text of a file as offices save it."""


def decoded(content: bytes) -> str:
    """UTF-16 where the first bytes say so ("Unicode Text" of Excel), UTF-8, else what Windows calls ANSI.

    Lines end with a line feed; null characters, which no text needs, are left out.
    """
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = content.decode("utf-16", "replace")
    else:
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = content.decode("cp1252", "replace")
    if "\0" in text:
        text = text.replace("\0", "")
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
