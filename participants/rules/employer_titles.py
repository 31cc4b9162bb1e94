"""An employer and a post written in one cell ("嘉兴学院副教授"), taken apart where words tell."""

import re

# Houses end with these words; a company's own word goes before those of its parts.
_COMPANY = re.compile(r".*(公司|集团)(?!有限|股份|公司)")
_HOUSE = re.compile(
    r".*(大学|学院|研究院|设计院|科学院|研究所|事务所|医院|银行|实验室|中心|学校|"
    r"协会|学会|委员会|管委会|政府|办公室|园区|开发区|合作社|基金会|厅|局)(?!长)"
)
_MARK = re.compile(r"\s*[,;/、，；\s]\s*")
_TWO = 2
_LONGEST_POST = 40


def employer_and_title(text: str) -> tuple[str, str]:
    """Both, or the whole text as employer when nothing tells where the post begins."""
    pieces = _MARK.split(text.strip(), maxsplit=1)
    if len(pieces) == _TWO and is_house(pieces[0]):
        return pieces[0], pieces[1]
    found = _COMPANY.match(text) or _HOUSE.match(text)
    post = text[found.end() :].strip(" ,;/、，；") if found else ""
    if found and _TWO <= len(post) <= _LONGEST_POST:
        return found[0].strip(), post
    return text.strip(), ""


def is_house(text: str) -> bool:
    """The whole text is the name of one."""
    found = _COMPANY.match(text) or _HOUSE.match(text)
    return bool(found and found.end() == len(text))
