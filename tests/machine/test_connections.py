"""What is said of a connection that failed."""

import ssl

from jobs.machine.connections import line_words


def test_a_certificate_of_another_server_is_told_as_part_of_a_sentence() -> None:
    trouble = ssl.SSLCertVerificationError(
        1, "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed (_ssl.c:1006)"
    )
    trouble.verify_message = "Hostname mismatch, certificate is not valid for 'mail.clinic.example'."
    assert line_words(trouble) == "Hostname mismatch, certificate is not valid for 'mail.clinic.example'"


def test_what_encrypts_is_said_without_its_marks_and_what_says_nothing_by_its_kind() -> None:
    plain = ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:1006)")
    assert line_words(plain) == "wrong version number"
    assert line_words(ConnectionRefusedError(111, "Connection refused")) == "Connection refused"
    assert line_words(ssl.SSLEOFError()) == "SSLEOFError"
