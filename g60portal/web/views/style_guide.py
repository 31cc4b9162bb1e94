"""The style guide: every component with lifelike facts. For developers; asks no database."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

SHANGHAI = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True)
class GuideCity:
    """A city as the corridor wants it."""

    code: str
    name: str
    name_en: str
    latitude: float
    province: str = ""


CITIES = [
    GuideCity("songjiang", "上海松江", "Songjiang, Shanghai", 31.03, "上海市"),
    GuideCity("jiaxing", "嘉兴", "Jiaxing", 30.75),
    GuideCity("hangzhou", "杭州", "Hangzhou", 30.27),
    GuideCity("jinhua", "金华", "Jinhua", 29.08),
    GuideCity("suzhou", "苏州", "Suzhou", 31.30),
    GuideCity("huzhou", "湖州", "Huzhou", 30.89),
    GuideCity("xuancheng", "宣城", "Xuancheng", 30.94),
    GuideCity("wuhu", "芜湖", "Wuhu", 31.35),
    GuideCity("hefei", "合肥", "Hefei", 31.82),
]
KINDS = {
    "lecture": ("专题讲座", "Lecture"),
    "site_visit": ("现场教学", "Site visit"),
    "exhibition": ("展馆参观", "Exhibition"),
    "discussion": ("小组讨论", "Discussion"),
    "ceremony": ("仪式", "Ceremony"),
    "meal": ("用餐", "Meal"),
    "transfer": ("转场", "Transfer"),
    "self_study": ("自习", "Self-study"),
}


class GuideForm(forms.Form):
    """One field of each sort, some of them wrong when bound."""

    title = forms.CharField(label="Title", help_text="As it is printed on the certificate.")
    hours = forms.IntegerField(label="Hours", min_value=1)
    on = forms.DateField(label="Date", widget=forms.DateInput(attrs={"type": "date"}))
    city = forms.ChoiceField(label="City", choices=[(city.code, city.name) for city in CITIES])
    note = forms.CharField(label="Note", widget=forms.Textarea, required=False)
    channel = forms.ChoiceField(
        label="Channel", choices=[("mail", "E-mail"), ("feed", "Feed")], widget=forms.RadioSelect
    )
    roster = forms.FileField(label="Roster", required=False)
    listed = forms.BooleanField(label="Show me in the roster", required=False)


@require_safe
def style_guide(request: HttpRequest) -> HttpResponse:
    """`?frame=console` and `?frame=my` show the two inner frames, `?bound=1` a form in error."""
    frame = request.GET.get("frame", "")
    template = {"console": "console_base.html", "my": "my_base.html"}.get(frame, "base.html")
    return render(request, "web/style_guide.html", {"frame": template, **_facts(request)})


def _facts(request: HttpRequest) -> dict[str, Any]:
    bound = request.GET.get("bound")
    return {
        "cities": CITIES,
        "legs": _legs("past", "now"),
        "legs_first": _legs("now", "next"),
        "legs_planned": _legs("next", "next"),
        "kinds": [(code, _word(*words)) for code, words in KINDS.items()],
        "rooms": _rooms(),
        "tabs": _tabs(),
        "where": _where(),
        "form": GuideForm({"title": "", "hours": "0"}) if bound else GuideForm(),
        "now": _now(),
        "days": _days(),
        "columns": _columns(),
        "rows": _rows(),
        "stats": _stats(),
        "filters": _filters(),
    }


def _word(chinese: str, english: str) -> str:
    return english if (get_language() or "").startswith("en") else chinese


def _at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 6, day, hour, minute, tzinfo=SHANGHAI)


def _legs(first: str, second: str) -> list[dict[str, str]]:
    return [
        {
            "city": "songjiang",
            "label": _word("第一段", "Leg 1"),
            "state": first,
            "detail": _word("6月8日–10日", "8–10 June"),
        },
        {
            "city": "hefei",
            "label": _word("第二段", "Leg 2"),
            "state": second,
            "detail": _word("6月11日–13日", "11–13 June"),
        },
    ]


def _rooms() -> list[dict[str, Any]]:
    words = [
        ("概览", "Overview", 0),
        ("人员", "People", 0),
        ("推荐", "Nominations", 4),
        ("课程表", "Timetable", 2),
        ("分组", "Groups", 0),
        ("通知", "Notices", 1),
        ("签到", "Check-in", 0),
        ("对接", "Connect", 0),
        ("评价", "Feedback", 0),
        ("结业证书", "Certificates", 0),
        ("总结报告", "Report", 0),
        ("设置", "Settings", 0),
    ]
    return [
        {"label": _word(zh, en), "url": "?frame=console", "count": count, "current": en == "People"}
        for zh, en, count in words
    ]


def _tabs() -> list[dict[str, Any]]:
    words = [
        ("行程", "Itinerary", "itinerary"),
        ("学员", "People", "people"),
        ("对接", "Connect", "connect"),
        ("证书", "Certificate", "certificate"),
    ]
    return [
        {"label": _word(zh, en), "url": "?frame=my", "icon": icon, "current": icon == "itinerary"}
        for zh, en, icon in words
    ]


def _where() -> dict[str, str]:
    return {
        "title": _word("第一期：两地联办、分段施训", "Edition 1: two hosts, two legs"),
        "url": "?frame=console",
        "detail": _word("第二段 · 合肥", "Leg 2 · Hefei"),
        "state": "running",
        "state_label": _word("进行中", "Running"),
    }


def _now() -> dict[str, Any]:
    return {
        "over": _word("下一场", "Next"),
        "wait": _word("25 分钟后", "in 25 minutes"),
        "starts_at": _at(11, 10, 15),
        "ends_at": _at(11, 11, 45),
        "title": _word("京东方 10.5 代线现场教学", "Inside the BOE Gen-10.5 line"),
        "kind": "site_visit",
        "kind_label": _word(*KINDS["site_visit"]),
        "place": _word("京东方 10.5 代线 · 东门集合", "BOE Gen-10.5 line · meet at the east gate"),
        "teacher": _word("周明远", "Zhou Mingyuan"),
        "actions": [
            {"label": _word("打开地图", "Open the map"), "url": "#now", "primary": True},
            {"label": _word("打车卡片", "Taxi card"), "url": "#now"},
        ],
    }


def _stop(kind: str, day: int, start: tuple[int, int], end: tuple[int, int], **more: Any) -> Any:
    return {
        "kind": kind,
        "kind_label": _word(*KINDS[kind]),
        "starts_at": _at(day, *start),
        "ends_at": _at(day, *end),
        **more,
    }


def _days() -> list[dict[str, Any]]:
    songjiang = _word("大学城讲堂 A", "University Town hall A")
    hall = _word("安徽创新馆", "Anhui Innovation Hall")
    cancelled = _word("师资临时出差，改期另行通知", "The speaker had to travel; a new date follows")
    moved = _word("地点由 2 号会议室改为安徽创新馆", "Moved from meeting room 2 to the hall")
    return [
        {
            "id": "day-8",
            "date_label": _word("6月8日", "8 June"),
            "more": _word("星期一 · 松江", "Monday · Songjiang"),
            "folded": True,
            "stops": [
                _stop(
                    "lecture",
                    8,
                    (8, 30),
                    (10, 0),
                    title=_word("G60 走廊区域规划解读", "Planning the G60 corridor"),
                    place=songjiang,
                    state="past",
                )
            ],
        },
        {
            "id": "day-11",
            "date_label": _word("6月11日", "11 June"),
            "more": _word("星期四 · 合肥", "Thursday · Hefei"),
            "stops": [
                _stop(
                    "lecture",
                    11,
                    (8, 30),
                    (10, 0),
                    title=_word("科技创新政策专题", "Policy for science and technology"),
                    place=hall,
                    teacher=_word("欧阳娜", "Ouyang Na"),
                    state="past",
                ),
                _stop(
                    "site_visit",
                    11,
                    (10, 15),
                    (11, 45),
                    title=_word("京东方 10.5 代线", "BOE Gen-10.5 line"),
                    url="#day-11",
                    place=_word("东门集合", "meet at the east gate"),
                    state="now",
                ),
                _stop("meal", 11, (12, 0), (13, 0), title=_word("午餐", "Lunch"), place=hall),
                _stop(
                    "discussion",
                    11,
                    (13, 30),
                    (15, 0),
                    title=_word("分组研讨：产业链协同", "Groups: along the industry chain"),
                    place=hall,
                    notes=[{"tone": "amber", "mark": "alert", "text": moved}],
                ),
                _stop(
                    "lecture",
                    11,
                    (15, 15),
                    (16, 45),
                    title=_word("融资对接沙龙", "Finance salon"),
                    place=hall,
                    state="cancelled",
                    notes=[{"tone": "red", "mark": "stop", "text": cancelled}],
                ),
                _stop(
                    "exhibition",
                    11,
                    (17, 0),
                    (18, 0),
                    title=_word("安徽创新馆", "Anhui Innovation Hall"),
                    place=_word("一层序厅", "ground floor"),
                ),
            ],
        },
    ]


def _columns() -> list[dict[str, Any]]:
    words = [("座号", "Seat"), ("姓名", "Name"), ("城市", "City"), ("单位", "Employer")]
    columns: list[dict[str, Any]] = [{"label": _word(*word)} for word in words]
    columns[0]["number"] = True
    columns[1] |= {"sort_url": "?ordering=stroke", "sorted": "ascending"}
    return [*columns, {"label": _word("状态", "State")}]


def _rows() -> list[dict[str, Any]]:
    admitted, waiting = _word("已录取", "Admitted"), _word("候补", "Wait-listed")
    people = [
        ("丁一", "嘉兴", "示例新能源科技有限公司", admitted, "green"),
        ("王文博", "杭州", "示例云计算有限公司", admitted, "green"),
        ("欧阳娜", "苏州", "示例微电子装备有限公司", waiting, "amber"),
        ("买买提·吐尔逊", "合肥", "示例集成电路存储有限公司", admitted, "green"),
    ]
    return [
        {
            "value": seat,
            "cells": [
                {"text": seat},
                {"text": name, "url": f"#seat-{seat}"},
                {"text": city},
                {"text": employer},
                {"text": state, "tone": tone},
            ],
        }
        for seat, (name, city, employer, state, tone) in enumerate(people, start=1)
    ]


def _stats() -> list[dict[str, Any]]:
    return [
        {"label": _word("已录取", "Admitted"), "value": 43, "of": 45},
        {"label": _word("课程活动", "Sessions"), "value": 40},
        {
            "label": _word("待处理冲突", "Open clashes"),
            "value": 2,
            "needs_you": True,
            "note": _word("转场时间不足", "Travel time too short"),
        },
        {"label": _word("平均出勤", "Attendance"), "value": "96%"},
    ]


def _filters() -> list[dict[str, Any]]:
    words = [("全部", "All", 45), ("已录取", "Admitted", 43), ("候补", "Wait-listed", 2)]
    return [
        {"label": _word(zh, en), "url": "?", "count": count, "current": en == "All"}
        for zh, en, count in words
    ]
