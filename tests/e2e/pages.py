"""Filling in pages as a person does, by the names of controls, so in whichever language."""

from collections.abc import Mapping

from playwright.sync_api import Locator, Page, Response


def fill(page: Page, entries: Mapping[str, str | bool], scope: str = "main") -> None:
    """Controls by name: texts are typed, options chosen by a part of their words, boxes ticked."""
    for name, entry in entries.items():
        control = page.locator(f"{scope} [name='{name}']").first
        if isinstance(entry, bool):
            control.set_checked(entry)
        elif control.evaluate("control => control.tagName") == "SELECT":
            control.select_option(value=option_value(control, entry))
        else:
            control.fill(entry)


def option_value(select: Locator, words: str) -> str:
    """The value of the only option that is, or else that holds, these words."""
    options = [
        (option.inner_text().strip(), option.get_attribute("value") or "")
        for option in select.locator("option").all()
    ]
    found = [value for text, value in options if words in (text, value)]
    found = found or [value for text, value in options if words in text]
    assert len(found) == 1, f"{words}: {options}"
    return found[0]


def press(page: Page, button: Locator, *, refused: bool = False) -> Response:
    """Press what sends a form, and wait for the page that answers. A question is answered yes."""
    with page.expect_navigation() as awaited:
        button.click()
        if page.locator("#confirm[open]").count():
            page.locator("#confirm [data-confirm-yes]").click()
    answer = awaited.value
    assert answer is not None
    assert answer.status == (422 if refused else 200), f"{page.url}\n{said(page)}"
    return answer


def send(page: Page, entries: Mapping[str, str | bool], *, refused: bool = False) -> None:
    """Fill in the form of the page and save it."""
    fill(page, entries)
    press(page, page.locator("main form .form-bar button[type=submit]"), refused=refused)


def said(page: Page) -> str:
    """What the page tells whoever has just sent a form."""
    found = page.locator("main [role=alert], #messages .message, main .notice").all_inner_texts()
    return "\n".join(found)
