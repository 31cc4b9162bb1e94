"""How long a journey probably takes, where nobody has said: from coordinates, or from the trains of
the corridor. An estimate is marked as one and gives way to what somebody knows.

Pure. The figures are for coaches by day with a group of people; better a few minutes too many than
a group that misses its lecture.
"""

from math import asin, ceil, cos, hypot, radians, sin, sqrt

EARTH_KM = 6371.0088
# Roads are longer than the crow flies: by three to four tenths where streets lie in a grid.
DETOUR = 1.35
# Up to (km by road), km/h: streets with lights; arterial and ring roads; expressways. A long
# journey passes through all of them, so each stretch is driven at its own speed.
SPEEDS = ((4.0, 20.0), (20.0, 35.0), (float("inf"), 75.0))
# Getting everybody aboard and off again.
BOARDING_MINUTES = 5
# Two doors of one site: a walk, at 4.5 km/h, with no coach to board.
WALK_KM = 0.5
WALK_SPEED = 4.5
SHORTEST_WALK = 3
# Figures finer than this would claim to know more than they do.
STEP_MINUTES = 5
# By rail: from the door to the platform and from the platform to the door, security included; and
# what intercity trains make good over distances like the corridor's.
STATION_MINUTES = 55
RAIL_SPEED = 190.0
RAIL_DETOUR = 1.25

# From door to door by rail between the cities of the corridor, in minutes: the usual ride of a fast
# train plus the ways to and from the stations; by road where there is no through train. Estimates,
# to be overwritten on the page of travel minutes.
CORRIDOR = {
    ("songjiang", "jiaxing"): 60,
    ("songjiang", "hangzhou"): 90,
    ("songjiang", "jinhua"): 140,
    ("songjiang", "suzhou"): 80,
    ("songjiang", "huzhou"): 100,
    ("songjiang", "xuancheng"): 180,
    ("songjiang", "wuhu"): 190,
    ("songjiang", "hefei"): 210,
    ("jiaxing", "hangzhou"): 75,
    ("jiaxing", "jinhua"): 130,
    ("jiaxing", "suzhou"): 90,
    ("jiaxing", "huzhou"): 95,
    ("jiaxing", "xuancheng"): 170,
    ("jiaxing", "wuhu"): 190,
    ("jiaxing", "hefei"): 210,
    ("hangzhou", "jinhua"): 105,
    ("hangzhou", "suzhou"): 130,
    ("hangzhou", "huzhou"): 75,
    ("hangzhou", "xuancheng"): 120,
    ("hangzhou", "wuhu"): 145,
    ("hangzhou", "hefei"): 170,
    ("jinhua", "suzhou"): 190,
    ("jinhua", "huzhou"): 135,
    ("jinhua", "xuancheng"): 175,
    ("jinhua", "wuhu"): 200,
    ("jinhua", "hefei"): 230,
    ("suzhou", "huzhou"): 90,
    ("suzhou", "xuancheng"): 170,
    ("suzhou", "wuhu"): 160,
    ("suzhou", "hefei"): 170,
    ("huzhou", "xuancheng"): 95,
    ("huzhou", "wuhu"): 120,
    ("huzhou", "hefei"): 150,
    ("xuancheng", "wuhu"): 80,
    ("xuancheng", "hefei"): 110,
    ("wuhu", "hefei"): 90,
}

# Latitude and longitude in degrees.
Spot = tuple[float, float]


def kilometers(origin: Spot, destination: Spot) -> float:
    """As the crow flies (haversine)."""
    north, south = radians(origin[0]), radians(destination[0])
    up = sin((south - north) / 2)
    across = sin(radians(destination[1] - origin[1]) / 2)
    return 2 * EARTH_KM * asin(min(1.0, hypot(up, sqrt(cos(north) * cos(south)) * across)))


def road_minutes(origin: Spot, destination: Spot) -> int:
    """From door to door by coach, or on foot within a site."""
    straight = kilometers(origin, destination)
    if straight <= WALK_KM:
        return max(SHORTEST_WALK, ceil(straight * DETOUR / WALK_SPEED * 60))
    return _rounded(BOARDING_MINUTES + _driven(straight * DETOUR))


def city_minutes(origin: Spot, destination: Spot) -> int:
    """From city to city: by rail, or by road where that is no slower."""
    rail = STATION_MINUTES + kilometers(origin, destination) * RAIL_DETOUR / RAIL_SPEED * 60
    return min(_rounded(rail), road_minutes(origin, destination))


def corridor_minutes(origin: str, destination: str) -> int | None:
    """By the trains of the corridor, either way, by the codes of the cities."""
    return CORRIDOR.get((origin, destination), CORRIDOR.get((destination, origin)))


def _driven(distance: float) -> float:
    """Minutes for so many kilometers of road, stretch by stretch."""
    minutes, passed = 0.0, 0.0
    for until, speed in SPEEDS:
        stretch = max(0.0, min(distance, until) - passed)
        minutes += stretch / speed * 60
        passed = until
    return minutes


def _rounded(minutes: float) -> int:
    return ceil(minutes / STEP_MINUTES) * STEP_MINUTES
