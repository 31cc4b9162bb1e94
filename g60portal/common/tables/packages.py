"""Guards against crafted packages (XLSX, ODS): what really comes out of the zip, not what it says.

Every entry is unpacked here once, so a damaged one shows by its checksum before anything is parsed.
"""

import io
import re
import zipfile
import zlib

from django.utils.translation import gettext as _

from g60portal.common.tables.limits import (
    MAX_ENTRIES,
    MAX_RATIO,
    MAX_UNPACKED_BYTES,
    TableRefused,
    macros,
    nested,
    password,
    unreadable,
)

ZIP = b"PK\x03\x04"

_CHUNK = 256 * 1024
# Entries smaller than this may be packed as tightly as they like.
_RATIO_FROM_BYTES = 256 * 1024
_DOCTYPE = re.compile(rb"<!(DOCTYPE|ENTITY)", re.IGNORECASE)
_MACRO_NAME = re.compile(r"vbaproject|/basic/|^basic/|^scripts/", re.IGNORECASE)
_NESTED_NAME = re.compile(r"\.(zip|xlsx|xlsm|docx|pptx|ods|odt|7z|rar|gz|jar)$", re.IGNORECASE)


def check_package(data: bytes) -> None:
    """Raise TableRefused for what a table never is. The figures of the package may lie."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            entries = package.infolist()
            if len(entries) > MAX_ENTRIES:
                raise TableRefused("many_entries", _("The file is built of too many parts."))
            unpacked = 0
            for entry in entries:
                _check_entry_name(entry.filename)
                unpacked += _checked_size(package, entry, MAX_UNPACKED_BYTES - unpacked)
    except (
        zipfile.BadZipFile,
        zipfile.LargeZipFile,
        zlib.error,
        NotImplementedError,
        EOFError,
        OSError,
        ValueError,
    ) as error:
        raise unreadable() from error
    except RuntimeError as error:  # the zip module's word for an encrypted entry
        raise password() from error


def _check_entry_name(name: str) -> None:
    if _MACRO_NAME.search(name):
        raise macros()
    if "externallink" in name.lower():
        raise TableRefused(
            "external_links",
            _("The file refers to other files. Save a copy with values only and try again."),
        )
    if _NESTED_NAME.search(name):
        raise nested()


def _checked_size(package: zipfile.ZipFile, entry: zipfile.ZipInfo, room: int) -> int:
    size = 0
    tail = b""
    with package.open(entry) as stream:
        while chunk := stream.read(_CHUNK):
            if not size and chunk.startswith(ZIP):
                raise nested()
            size += len(chunk)
            if size > room:
                raise TableRefused("unpacked_large", _("The file unpacks to more than 60 MB."))
            if size > _RATIO_FROM_BYTES and size > MAX_RATIO * max(entry.compress_size, 1):
                raise TableRefused(
                    "ratio", _("The file is packed far more tightly than a table can be.")
                )
            window = (tail + chunk).replace(b"\0", b"")
            if _DOCTYPE.search(window) and not _is_picture(entry.filename):
                raise TableRefused(
                    "doctype", _("The file holds a document type definition, which is not allowed.")
                )
            tail = chunk[-32:]
    return size


def _is_picture(name: str) -> bool:
    return name.lower().endswith((".png", ".jpg", ".jpeg", ".gif", ".emf", ".wmf", ".bin"))
