"""A program of its own: prints one large document and ends, so that its memory ends with it.

The compiler remembers what it has set, some ten kilobytes a cell; a roster of thousands would stay
in the web process for good. Reads the order as JSON, writes the PDF; knows nothing of the portal.
"""

import datetime as dt
import json
import sys

import typst


def main() -> None:
    order = json.load(sys.stdin)
    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=order["fonts"]
    )
    compiler = typst.Compiler(input=order["layout"], root=order["root"], font_paths=fonts)
    pdf = compiler.compile(
        format="pdf",
        sys_inputs=order["inputs"],
        pdf_standards=order["standards"],
        timestamp=dt.datetime.fromisoformat(order["at"]),
    )
    if not isinstance(pdf, bytes):
        raise TypeError("A document is one file.")
    sys.stdout.buffer.write(pdf)


if __name__ == "__main__":
    main()
