"""Mail as it comes back to a clinic: from mail servers, providers, people, and machines that answer for them."""

from textwrap import dedent


def mail(text: str, **fields: str) -> bytes:
    """A mail from its lines; `fields` are filled in."""
    filled = dedent(text).lstrip("\n")
    for name, value in fields.items():
        filled = filled.replace(f"[{name}]", value)
    return filled.replace("\n", "\r\n").encode()


def bounce(
    address: str,
    message_id: str = "<1@elsewhere.example>",
    status: str = "5.1.1",
    words: str = "550 5.1.1 no such user",
    action: str = "failed",
    stop_link: str = "",
) -> bytes:
    """What a mail server reports of a letter (RFC 3464); it returns the letter's headers."""
    return mail(
        """
        From: Mail Delivery System <MAILER-DAEMON@mail.example>
        To: hello@lakeside.example
        Subject: Undelivered Mail Returned to Sender
        Auto-Submitted: auto-replied
        MIME-Version: 1.0
        Content-Type: multipart/report; report-type=delivery-status; boundary="part"

        --part
        Content-Type: text/plain; charset=us-ascii

        This is the mail system at host mail.example.

        --part
        Content-Type: message/delivery-status

        Reporting-MTA: dns; mail.example

        Final-Recipient: rfc822; [address]
        Action: [action]
        Status: [status]
        Diagnostic-Code: smtp; [words]

        --part
        Content-Type: text/rfc822-headers

        From: hello@lakeside.example
        To: [address]
        Subject: Your visit
        Message-ID: [message_id]
        List-Unsubscribe: <mailto:hello@lakeside.example?subject=stop%20[stop_link]>

        --part--
        """,
        address=address,
        message_id=message_id,
        status=status,
        words=words,
        action=action,
        stop_link=stop_link,
    )


def complaint(address: str, message_id: str = "<1@elsewhere.example>", kind: str = "abuse", told: str = "") -> bytes:
    """What a provider reports when somebody presses "junk" (RFC 5965). `told` is Original-Rcpt-To, which many hide."""
    return mail(
        """
        From: <feedback@provider.example>
        To: hello@lakeside.example
        Subject: complaint about a message
        MIME-Version: 1.0
        Content-Type: multipart/report; report-type=feedback-report; boundary="part"

        --part
        Content-Type: text/plain; charset="US-ASCII"

        This is an email abuse report.

        --part
        Content-Type: message/feedback-report

        Feedback-Type: [kind]
        User-Agent: SomeGenerator/1.0
        Version: 1[told]

        --part
        Content-Type: message/rfc822

        From: hello@lakeside.example
        To: [address]
        Subject: Your visit
        Message-ID: [message_id]

        Hello.

        --part--
        """,
        address=address,
        message_id=message_id,
        kind=kind,
        told=f"\nOriginal-Rcpt-To: {told}" if told else "",
    )


def from_person(subject: str, body: str = "", sender: str = "someone@else.example", more: str = "") -> bytes:
    """A mail as a person writes it; `more` are further headers, each on its line."""
    head = f"From: {sender}\r\nTo: hello@lakeside.example\r\nSubject: {subject}\r\n{more}"
    return f"{head}Content-Type: text/plain; charset=utf-8\r\n\r\n{body}\r\n".encode()
