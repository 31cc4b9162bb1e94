"""How a log line looks: keys and values on one line, a traceback below it, personal numbers and
the tokens of private addresses blotted out of both.
"""

import re
from collections.abc import MutableMapping
from typing import Any

import structlog

# Eighteen-digit identity numbers and mainland mobiles, wherever they stand in a line.
_PERSONAL_NUMBER = re.compile(r"(?<!\d)(\d{17}[\dXx]|1[3-9]\d{9})(?!\d)")
# Whatever stands where a private address holds its token and is long enough to be one.
_PRIVATE_ADDRESS = re.compile(r"(/(?:slots|calendar|nominate|nominee)/)[^/\s\"'<>?#&]{20,}")


def blot_personal_numbers(
    logger: Any, method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """A structlog processor: no personal number and no token of an address reaches a log, whatever
    was passed in."""
    for key, value in event.items():
        if isinstance(value, str):
            event[key] = _PERSONAL_NUMBER.sub("▮", _PRIVATE_ADDRESS.sub(r"\1▮", value))
    return event


def renderer(logger: Any, name: str, event: MutableMapping[str, Any]) -> str:
    """The last step of a line: traceback as text, blot, then `key=value`."""
    event.pop("_record", None)
    event.pop("_from_structlog", None)
    event = structlog.processors.format_exc_info(logger, name, event)
    cleaned = blot_personal_numbers(logger, name, event)
    traceback = cleaned.pop("exception", "")
    line = structlog.processors.KeyValueRenderer(key_order=["event"])(logger, name, cleaned)
    return f"{line}\n{traceback}" if traceback else str(line)


def configure() -> None:
    """Send structlog's own loggers through the standard library's handlers."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.filter_by_level,
            structlog.stdlib.add_logger_name,
            structlog.stdlib.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
