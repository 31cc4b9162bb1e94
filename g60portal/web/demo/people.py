"""Invented people and employers: nine cities, five people each, twice.

A line reads `name | gender | employer | English employer | chain | place in the chain | post`.
Among them: compound surnames, one-character given names, surnames with rare readings, a rare
character, a name with a middle dot, a foreigner, two namesakes.
"""

from dataclasses import dataclass

EDITION_2 = {
    "songjiang": """
        欧阳若兰|2|松江芯澜微电子设备有限公司|Xinlan Microelectronics Equipment|集成电路|upstream|董事长
        单  磊|1|松江云栈信息科技有限公司|Yunzhan Cloud|人工智能|service|总经理
        陆知远|1|松江启元脑科学智能有限公司|Qiyuan Brain-inspired AI|人工智能|midstream|首席科学家
        沈  蔚|2|松江衡远创业投资有限公司|Hengyuan Ventures|集成电路|capital|投资总监
        仇云舟|1|松江拓能新能源汽车有限公司|Tuoneng New Energy Vehicles|新能源汽车|downstream|副总经理
    """,
    "jiaxing": """
        张  伟|1|嘉兴海晟光伏材料有限公司|Haisheng Photovoltaic Materials|新能源|upstream|总经理
        解梦琪|2|嘉兴禾芯半导体有限公司|Hexin Semiconductor|集成电路|midstream|高级副总裁
        朱立人|1|嘉兴南湖智造装备有限公司|Nanhu Smart Equipment|高端装备|midstream|技术总监
        姚  旭|1|嘉兴嘉瑞动力电池有限公司|Jiarui Power Battery|新能源汽车|upstream|董事长
        曾书雅|2|嘉兴远帆产业基金管理有限公司|Yuanfan Industry Fund|新能源|capital|合伙人
    """,
    "hangzhou": """
        尉迟明轩|1|杭州灵泽类脑计算有限公司|Lingze Neuromorphic Computing|人工智能|midstream|创始人
        查  理|1|杭州云岫云计算有限公司|Yunxiu Cloud Computing|人工智能|service|副总裁
        Katrin Brandt|2|杭州瑞和生物医药有限公司|Ruihe Biopharma|生物医药|midstream|研发总监
        吴思齐|1|杭州芯澄集成电路有限公司|Xincheng Integrated Circuits|集成电路|downstream|总经理
        任  静|2|杭州西溪创新投资有限公司|Xixi Innovation Capital|人工智能|capital|投资总监
    """,
    "jinhua": """
        朴正昊|1|金华横锦磁性材料有限公司|Hengjin Magnetic Materials|新材料|upstream|总经理
        方雨桐|2|金华婺能储能科技有限公司|Wuneng Energy Storage|新能源|midstream|副总经理
        盖文博|1|金华义创跨境服务有限公司|Yichuang Cross-border Services|人工智能|service|首席运营官
        施  然|2|金华东湾新能源汽车有限公司|Dongwan New Energy Vehicles|新能源汽车|downstream|董事
        何建勋|1|金华双龙精密装备有限公司|Shuanglong Precision|高端装备|upstream|总工程师
    """,
    "suzhou": """
        乐嘉禾|2|苏州芯汇存储科技有限公司|Xinhui Memory|集成电路|midstream|董事长
        顾  炎|1|苏州工园生物制药有限公司|Gongyuan Biopharma|生物医药|midstream|总经理
        张  伟|2|苏州纳光新材料有限公司|Naguang New Materials|新材料|upstream|研发总监
        陈䶮|1|苏州吴淞智能传感有限公司|Wusong Intelligent Sensing|人工智能|upstream|首席技术官
        缪晓东|1|苏州金阊私募基金有限公司|Jinchang Private Equity|集成电路|capital|投资总监
    """,
    "huzhou": """
        上官清扬|2|湖州太湖储能系统有限公司|Taihu Storage Systems|新能源|downstream|副总裁
        翟一鸣|1|湖州德芯功率器件有限公司|Dexin Power Devices|集成电路|midstream|总经理
        田  富|1|湖州南太新材料有限公司|Nantai New Materials|新材料|upstream|董事长
        田大利|1|湖州长兴电池科技有限公司|Changxing Battery|新能源汽车|upstream|总经理
        俞  飞|2|湖州莫干数字技术有限公司|Mogan Digital|人工智能|service|产品总监
    """,
    "xuancheng": """
        阿卜杜拉·买买提|1|宣城皖南光电科技有限公司|Wannan Optoelectronics|集成电路|upstream|技术总监
        种  岳|1|宣城敬亭汽车零部件有限公司|Jingting Auto Parts|新能源汽车|upstream|总经理
        洪  叶|2|宣城徽源生物科技有限公司|Huiyuan Biotech|生物医药|midstream|副总经理
        黑立冬|1|宣城宁国耐磨材料有限公司|Ningguo Wear-resistant Materials|新材料|upstream|董事长
        程亦可|2|宣城广德智控有限公司|Guangde Smart Control|高端装备|midstream|总经理
    """,
    "wuhu": """
        折  峰|1|芜湖鸠江机器人有限公司|Jiujiang Robotics|高端装备|midstream|总经理
        区佩仪|2|芜湖弋江新能源汽车有限公司|Yijiang New Energy Vehicles|新能源汽车|downstream|副总裁
        达奚远|1|芜湖长江航空动力有限公司|Changjiang Aero Engines|高端装备|midstream|总工程师
        古  月|2|芜湖镜湖大数据有限公司|Jinghu Big Data|人工智能|service|总经理
        叶  青|1|芜湖奇点创业投资有限公司|Singularity Ventures|新能源汽车|capital|投资总监
    """,
    "hefei": """
        司马云帆|1|合肥庐芯存储有限公司|Luxin Memory|集成电路|midstream|董事长
        员晓雯|2|合肥声源智能语音有限公司|Shengyuan Voice AI|人工智能|midstream|副总裁
        那  威|1|合肥巢湖显示材料有限公司|Chaohu Display Materials|新材料|upstream|总经理
        冼星河|1|合肥滨湖量子科技有限公司|Binhu Quantum|人工智能|upstream|首席科学家
        万俟安宁|2|合肥科创接力基金有限公司|Relay Science Fund|集成电路|capital|执行董事
    """,
}

EDITION_1 = {
    "songjiang": "林  泽,欧  阳,沈明珠,陆  遥,高嘉树",
    "jiaxing": "徐  来,褚怀瑾,金  灿,许知行,钟  鸣",
    "hangzhou": "王  博,诸葛  然,傅予安,章  程,来思远",
    "jinhua": "胡  杨,楼雨霏,应  天,丁一鸣,骆  冰",
    "suzhou": "文  景,钱子墨,范思成,陶  然,殷  若",
    "huzhou": "沈  默,费  宏,闵  捷,臧克勤,钮思齐",
    "xuancheng": "梅  清,汪若愚,贡  桦,施  章,吴  桐",
    "wuhu": "陶  雨,杨  桐,鲁  冰,夏  炎,宇文博",
    "hefei": "李  由,包  希,刘  芳,段  祺,杨  宇",
}
_EDITION_1_CHAINS = ("集成电路", "人工智能", "新能源", "生物医药", "高端装备")
_EDITION_1_WORDS = ("星澜", "云图", "绿擎", "瑞康", "精工")
_EDITION_1_ENGLISH = ("Xinglan", "Yuntu", "Lvqing", "Ruikang", "Jinggong")
_EDITION_1_POSTS = ("董事长", "总经理", "副总经理", "投资总监", "技术总监")
_SEGMENTS = ("upstream", "midstream", "downstream", "capital", "service")


@dataclass(frozen=True)
class DemoPerson:
    """One invented person with the invented employer."""

    city: str
    name: str
    gender: str
    employer: str
    employer_en: str
    chain: str
    segment: str
    post: str

    @property
    def foreign(self) -> bool:
        return self.name.isascii()


def edition_2() -> list[DemoPerson]:
    """In the official order of the cities."""
    return [
        DemoPerson(city, *_fields(line))
        for city, block in EDITION_2.items()
        for line in block.strip().splitlines()
    ]


def edition_1(city_names: dict[str, str]) -> list[DemoPerson]:
    """Their employers are named after the city, so it needs the cities' names."""
    return [
        DemoPerson(
            city,
            name.strip(),
            "2" if (number + position) % 3 == 0 else "1",
            f"{city_names[city]}{_EDITION_1_WORDS[position]}科技有限公司",
            f"{_EDITION_1_ENGLISH[position]} Technology ({city.capitalize()})",
            _EDITION_1_CHAINS[position],
            _SEGMENTS[(number + position) % len(_SEGMENTS)],
            _EDITION_1_POSTS[position],
        )
        for number, (city, names) in enumerate(EDITION_1.items())
        for position, name in enumerate(names.split(","))
    ]


def _fields(line: str) -> list[str]:
    return [field.strip() for field in line.strip().split("|")]
