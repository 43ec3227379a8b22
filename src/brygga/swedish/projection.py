"""The arithmetic of Swedish map grids: Gauss-Krüger on an ellipsoid, and the step between two datums.

Formulas: Lantmäteriet, *Gauss Conformal Projection (Transverse Mercator), Krüger's formulas*, with the
series as there, which is below a tenth of a millimetre in Sweden. The step RT 90 → SWEREF 99 is EPSG's
transformation 4895, seven parameters good to 0.1 m, as RT 90 itself. Bounds are not checked here: see
`coordinates`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import asinh, atan, atan2, atanh, cos, cosh, degrees, hypot, radians, sin, sinh, sqrt, tan


@dataclass(frozen=True)
class Ellipsoid:
    """Half the long axis in metres, and the flattening; the rest follows from them."""

    axis_m: float
    flattening: float

    @cached_property
    def e2(self) -> float:
        """The first eccentricity squared."""
        return self.flattening * (2 - self.flattening)

    @cached_property
    def radius_m(self) -> float:
        """Of the circle with the meridian's length."""
        n = self._n
        return self.axis_m / (1 + n) * (1 + n**2 / 4 + n**4 / 64)

    @cached_property
    def forward(self) -> tuple[float, float, float, float]:
        """The series from the sphere to the grid."""
        n = self._n
        return (
            n / 2 - 2 * n**2 / 3 + 5 * n**3 / 16 + 41 * n**4 / 180,
            13 * n**2 / 48 - 3 * n**3 / 5 + 557 * n**4 / 1440,
            61 * n**3 / 240 - 103 * n**4 / 140,
            49561 * n**4 / 161280,
        )

    @cached_property
    def back(self) -> tuple[float, float, float, float]:
        """The series from the grid to the sphere."""
        n = self._n
        return (
            n / 2 - 2 * n**2 / 3 + 37 * n**3 / 96 - n**4 / 360,
            n**2 / 48 + n**3 / 15 - 437 * n**4 / 1440,
            17 * n**3 / 480 - 37 * n**4 / 840,
            4397 * n**4 / 161280,
        )

    @property
    def _n(self) -> float:
        return self.flattening / (2 - self.flattening)


GRS80 = Ellipsoid(6_378_137.0, 1 / 298.257222101)
BESSEL = Ellipsoid(6_377_397.155, 1 / 299.1528128)


@dataclass(frozen=True)
class Grid:
    """A grid of northings and eastings in metres: its middle meridian in degrees, scale and shift."""

    meridian: float
    ellipsoid: Ellipsoid = GRS80
    scale: float = 1.0
    false_easting_m: float = 150_000.0

    def project(self, latitude: float, longitude: float) -> tuple[float, float]:
        """Degrees on the grid's own datum → northing and easting in metres."""
        eccentricity = sqrt(self.ellipsoid.e2)
        phi, away = radians(latitude), radians(longitude - self.meridian)
        conformal = sinh(asinh(tan(phi)) - eccentricity * atanh(eccentricity * sin(phi)))
        xi = atan2(conformal, cos(away))
        eta = asinh(sin(away) / hypot(conformal, cos(away)))
        north, east = xi, eta
        for order, term in enumerate(self.ellipsoid.forward, start=1):
            north += term * sin(2 * order * xi) * cosh(2 * order * eta)
            east += term * cos(2 * order * xi) * sinh(2 * order * eta)
        size_m = self.scale * self.ellipsoid.radius_m
        return size_m * north, size_m * east + self.false_easting_m

    def unproject(self, northing_m: float, easting_m: float) -> tuple[float, float]:
        """Northing and easting in metres → degrees on the grid's own datum."""
        size_m = self.scale * self.ellipsoid.radius_m
        north, east = northing_m / size_m, (easting_m - self.false_easting_m) / size_m
        xi, eta = north, east
        for order, term in enumerate(self.ellipsoid.back, start=1):
            xi -= term * sin(2 * order * north) * cosh(2 * order * east)
            eta -= term * cos(2 * order * north) * sinh(2 * order * east)
        conformal = sin(xi) / hypot(sinh(eta), cos(xi))
        longitude = self.meridian + degrees(atan2(sinh(eta), cos(xi)))
        return degrees(atan(self._geodetic(conformal))), longitude

    def _geodetic(self, conformal: float) -> float:
        """The tangent of the latitude from that of the conformal one, by Newton; three rounds are plenty."""
        e2 = self.ellipsoid.e2
        eccentricity = sqrt(e2)
        tau = conformal
        for _ in range(3):
            root = hypot(1, tau)
            sigma = sinh(eccentricity * atanh(eccentricity * tau / root))
            reached = tau * hypot(1, sigma) - sigma * root
            slope = (1 + (1 - e2) * tau * tau) / ((1 - e2) * root)
            tau += (conformal - reached) / hypot(1, reached) * slope
        return tau


_SHIFT_M = (414.1, 41.3, 603.1)
_TURN = tuple(radians(seconds / 3600) for seconds in (-0.855, 2.141, -7.023))


def to_sweref(latitude: float, longitude: float) -> tuple[float, float]:
    """Degrees on RT 90 (Bessel) → degrees on SWEREF 99 (GRS 80)."""
    x, y, z = _cartesian(BESSEL, latitude, longitude)
    rx, ry, rz = _TURN
    moved = (x - rz * y + ry * z, rz * x + y - rx * z, -ry * x + rx * y + z)
    return _geographic(GRS80, *(part + shift for part, shift in zip(moved, _SHIFT_M, strict=True)))


def from_sweref(latitude: float, longitude: float) -> tuple[float, float]:
    """Degrees on SWEREF 99 → degrees on RT 90: the step above turned round, by correcting a guess."""
    wanted = (latitude, longitude)
    guess = wanted
    for _ in range(3):
        reached = to_sweref(*guess)
        guess = (guess[0] + wanted[0] - reached[0], guess[1] + wanted[1] - reached[1])
    return guess


def _cartesian(ellipsoid: Ellipsoid, latitude: float, longitude: float) -> tuple[float, float, float]:
    phi, lam = radians(latitude), radians(longitude)
    normal = ellipsoid.axis_m / sqrt(1 - ellipsoid.e2 * sin(phi) ** 2)
    level = normal * cos(phi)
    return level * cos(lam), level * sin(lam), normal * (1 - ellipsoid.e2) * sin(phi)


def _geographic(ellipsoid: Ellipsoid, x: float, y: float, z: float) -> tuple[float, float]:
    level = hypot(x, y)
    phi = atan2(z, level * (1 - ellipsoid.e2))
    for _ in range(4):  # each round gains three digits on the ground
        normal = ellipsoid.axis_m / sqrt(1 - ellipsoid.e2 * sin(phi) ** 2)
        phi = atan2(z + ellipsoid.e2 * normal * sin(phi), level)
    return degrees(phi), degrees(atan2(y, x))
