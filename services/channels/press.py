"""The press: a program of its own that sets one document and ends, so that no other process keeps what setting takes.

Reads {"source", "data", "images", "at", "fonts"} as JSON and writes the PDF. Ends with 1, and the fault in one line, when
there is no PDF to be had: the press refuses whatever breaks PDF/UA-1. It asks no network: a document loads no packages.
"""

import json
import re
import sys
from base64 import b64decode

# Typst says which signs none of its fonts can draw; a name must not keep a letter from being printed for that.
UNKNOWN = re.compile(r'the text `"((?:[^"`\\]|\\.)+)"` could not be displayed')
ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")
A_BOX = "\u25a1"
TRIES = 4


def main() -> int:
    import typst

    job = json.load(sys.stdin)
    images = {name: list(b64decode(image)) for name, image in job["images"].items()}
    paper = json.dumps(job["data"], ensure_ascii=False)
    for _ in range(TRIES):
        try:
            pdf = typst.compile(
                job["source"].encode(), format="pdf", pdf_standards=["ua-1"], timestamp=job["at"],
                sys_inputs={"paper": paper, "images": json.dumps(images)},
                root=job["fonts"], font_paths=[job["fonts"]], ignore_system_fonts=True,
            )  # fmt: skip
        except typst.TypstError as fault:
            drawn = drawable(paper, fault.diagnostic)
            if drawn == paper:
                print(fault.message, file=sys.stderr)
                return 1
            paper = drawn
        else:
            sys.stdout.buffer.write(pdf)
            return 0
    return 1


def drawable(paper: str, diagnostic: str) -> str:
    """The data with a box in place of each sign that the diagnostic names. JSON may have written such a sign as \\u0001."""
    for found in UNKNOWN.findall(diagnostic):
        sign = ESCAPED.sub(lambda code: chr(int(code[1], 16)), found)
        paper = paper.replace(sign, A_BOX).replace(json.dumps(sign, ensure_ascii=False)[1:-1], A_BOX)
    return paper


if __name__ == "__main__":
    sys.exit(main())
