"""The message that brings a report to its reader: a few lines of text, and the file."""

from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP

from jobs.mail.header_words import bare_address, refuse_controls
from jobs.mail.message import recipients_of

XLSX = "vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def report_message(
    sender: str, recipient: str, message_id: str, date: datetime, subject: str, text: str, name: str, content: bytes
) -> bytes:
    """The complete message in ASCII with CRLF, for exactly one reader. ValueError where a header cannot be made."""
    refuse_controls("Subject", subject)
    message = EmailMessage(policy=SMTP.clone(cte_type="7bit"))
    message["From"] = bare_address("From", sender)
    message["To"] = bare_address("To", recipient)
    message["Subject"] = subject
    message["Date"] = date
    message["Message-ID"] = message_id
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text, cte="quoted-printable")
    message.add_attachment(content, maintype="application", subtype=XLSX, filename=name)
    data = message.as_bytes()
    if recipients_of(data) != [recipient]:
        raise ValueError("The message would go to another address than the one that it is for; it is not sent.")
    return data
