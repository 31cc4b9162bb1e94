"""Seed the nine cities of the corridor, in their official order, and the three themes."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

# code, GB/T 2260, name, English, province-level unit, latitude, longitude
CITIES = [
    ("songjiang", "310117", "上海松江", "Songjiang, Shanghai", "上海市", 31.03, 121.23),
    ("jiaxing", "330400", "嘉兴", "Jiaxing", "浙江省", 30.75, 120.75),
    ("hangzhou", "330100", "杭州", "Hangzhou", "浙江省", 30.27, 120.16),
    ("jinhua", "330700", "金华", "Jinhua", "浙江省", 29.08, 119.65),
    ("suzhou", "320500", "苏州", "Suzhou", "江苏省", 31.30, 120.59),
    ("huzhou", "330500", "湖州", "Huzhou", "浙江省", 30.89, 120.09),
    ("xuancheng", "341800", "宣城", "Xuancheng", "安徽省", 30.94, 118.76),
    ("wuhu", "340200", "芜湖", "Wuhu", "安徽省", 31.33, 118.38),
    ("hefei", "340100", "合肥", "Hefei", "安徽省", 31.82, 117.23),
]
THEMES = [
    ("industry", "产业发展", "Industry development"),
    ("innovation", "科技创新", "Science and technology innovation"),
    ("planning", "区域规划", "Regional planning"),
]


def seed(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    City = apps.get_model("cohorts", "City")
    Theme = apps.get_model("cohorts", "Theme")
    for position, (code, area, name, name_en, province, latitude, longitude) in enumerate(CITIES, 1):
        City.objects.create(
            code=code,
            area_code=area,
            name=name,
            name_en=name_en,
            province=province,
            position=position,
            latitude=latitude,
            longitude=longitude,
        )
    for position, (code, name, name_en) in enumerate(THEMES, 1):
        Theme.objects.create(code=code, name=name, name_en=name_en, position=position)


class Migration(migrations.Migration):
    dependencies = [("cohorts", "0001_initial")]
    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
