"""Mail into a folder, for machines without a mail server: one `.eml` file a message."""

import os
import re
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend


class FolderEmailBackend(BaseEmailBackend):
    """Files are named by Message-ID, so that a message written twice is still one file."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        folder = Path(settings.EMAIL_FILE_PATH)
        folder.mkdir(parents=True, exist_ok=True)
        for message in email_messages:
            self._write(folder, message)
        return len(email_messages)

    def _write(self, folder: Path, message: EmailMessage) -> None:
        mime = message.message()
        name = re.sub(r"[^A-Za-z0-9.@-]", "", str(mime["Message-ID"]))
        draft = folder / f".{name}.{os.getpid()}"
        as_mail = mime.as_bytes(linesep="\r\n")  # type: ignore[call-arg]  # Django's own message
        draft.write_bytes(as_mail)
        draft.replace(folder / f"{name}.eml")
