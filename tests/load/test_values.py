"""Values with a grammar: what is taken, what is refused and what is advised, and their laws."""

from __future__ import annotations

import re
from datetime import timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from modelyard.spec import values
from modelyard.spec.values import (
    Cidr,
    Cpu,
    Duration,
    EnvName,
    GitRevision,
    HttpPath,
    Image,
    IntOrPercent,
    KubernetesVersion,
    LabelKey,
    LabelMatcher,
    LabelValue,
    Memory,
    MetricName,
    Name,
    PathPattern,
    Quantity,
    Ratio,
    Registry,
    ReleaseName,
    Schedule,
    SecretProperty,
    Sha256,
    Target,
    Text,
    TimeZone,
    Uri,
    Url,
    Wrong,
)

TYPES: list[type[Text]] = [
    found
    for found in vars(values).values()
    if isinstance(found, type) and issubclass(found, Text) and found is not Text
]
DIGEST = "sha256:" + "0" * 64

TAKEN: dict[type[Text], tuple[Any, ...]] = {
    Cpu: ("1", "500m", "0.5", ".5", "1m", "1024", 1, 0.25, 2.0),
    Memory: ("1Mi", "4Gi", "1.5Gi", "512M", "1048576", 1048576, "1Ei"),
    Quantity: ("0", "1", "1e3", "2E2", "1k", "500m", 3),
    Target: ("1", "500m", 4, 0.5),
    Duration: ("1ms", "30s", "1h30m", "30d", "1d2h3m4s5ms", "0h5m", "3650d"),
    Ratio: ("99.9%", "0%", "100%", "0", "1", "0.85", 1, 0.5, 0),
    Name: ("a", "a1", "fraud-detection", "a" * 63),
    ReleaseName: ("1", "v1.2.3", "2026-10", "A_b", "a" * 63),
    LabelKey: ("a", "app.kubernetes.io/name", "A.b_c-d", f"{'a' * 253}/b"),
    EnvName: ("A", "_", "a1_B"),
    GitRevision: ("refs/heads/main", "refs/tags/v1", "0123456789abcdef" * 2 + "01234567"),
    TimeZone: ("Europe/Berlin", "UTC", "Etc/GMT+1", "America/Argentina/Ushuaia"),
    LabelMatcher: ('code=~"5.."', 'a!="b"', 'a!~"\\""', 'a=""'),
    Image: (
        "a",
        "nginx:1.27",
        "localhost:5000/a",
        f"registry.example.com/a/b@{DIGEST}",
        f"registry.example.com:5000/a/b:v1@{DIGEST}",
        "a__b/c.d-e",
    ),
    Registry: ("registry.example.com", "localhost:5000", "ghcr.io/a/b-c"),
    Uri: ("s3://models/a/b", "gs://b", "https://host:8080/a@b/c+d/"),
    Url: ("https://a/b", "ssh://git@a.b/c.git", "git@a.b:c/d.git", "http://a:80"),
    HttpPath: ("/", "/predict", "/v1/models/%20"),
    PathPattern: ("/", "/*", "/v1/*"),
    Cidr: ("10.0.0.0/8", "0.0.0.0/0", "2001:db8::/32", "10.1.2.3/32"),
    Schedule: (
        "0 3 * * 1",
        "*/5 * * * *",
        "@daily",
        "0 0 1-5,7 jan-mar mon",
        "59 23 31 12 6",
        "? ? * * *",
    ),
    IntOrPercent: ("0", "1", "25%", "100%", 3),
    KubernetesVersion: ("1.30", "1.34"),
}
REFUSED: dict[type[Text], tuple[Any, ...]] = {
    Cpu: ("0", "0m", "-1", "1025", "1k", "0.0001", "1 ", "", "one", "1e1", True, None, [], {}),
    Memory: ("1", "512", "1023Ki", "4GB", "4gi", "100m", "2Ei", "-1Gi", " 1Gi", "", True, 1),
    Quantity: ("-1", "1e100", "1KB", "", "1_000", "0x1", "١"),
    Target: ("0", "0m", 0, "-1"),
    Duration: ("", "0s", "5", "1.5h", "5 m", "1m1h", "3651d", "1w", "-1s", 5, 1.5, None, False),
    Ratio: ("101%", "1.1", "-0.1", "2", 2, -1, "99,9%", "%", "", ".5", 1e-30, True),
    Name: ("", "A", "1a", "-a", "a-", "a.b", "a_b", "a" * 64, "a\n", "é", 1),
    ReleaseName: ("", "-a", "a-", "a b", "a" * 64, "a\n", 1.2),
    LabelKey: ("", "/a", "a/", "a/b/c", f"{'a' * 254}/b", "A.io/x", "a" * 64),
    EnvName: ("", "1A", "A-B", "A.B", "A\n", "É"),
    GitRevision: ("main", "HEAD", "refs/heads/", "0123abc", "refs/remotes/a"),
    TimeZone: ("Local", "local", "", "Europe/", "Europe Berlin"),
    LabelMatcher: ("code", 'code="', "code=5", 'code="a"b"', 'a="b",c="d"', 'a="\n"'),
    Image: ("", "A", "a:", "a@sha256:0", "https://a/b", "a b", "a/:v1", f"a@{DIGEST}0", "a" * 256, "a//b"),
    Registry: ("", "registry", "https://ghcr.io", "ghcr.io/", "ghcr.io/A", "*.example.com", "ghcr.io\n"),
    Uri: ("models/a", "s3://", "s3://k:s@b/a", "s3://a/../b", "s3://a/..", "s3://a?b=c", "S3://a", "s3://a/b c"),
    Url: ("a/b", "https://u:p@a/b", "file:///a", "https://", "https://a/ b", 'https://a/"'),
    HttpPath: ("", "a", "/a b", "/a*", "/a?b", "/é", "/a\n"),
    PathPattern: ("*", "/*/a", "/a**"),
    Cidr: ("10.0.0.1/8", "10.0.0.0", "10.0.0.0/33", "256.0.0.0/8", "a/8", ":::/1"),
    Schedule: ("", "* * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *", "* * * * 7", "*/0 * * * *", "5-1 * * * *", "@reboot", "1,,2 * * * *", "- * * * *"),
    IntOrPercent: ("-1", "101%", "1.5", "", 1.5, "%", 10_000, True),
    KubernetesVersion: ("1.3", "v1.30", "1.30.1", "2.00", 1.3, 1),
}  # fmt: skip


def cases(table: dict[type[Text], tuple[Any, ...]]) -> list[Any]:
    return [
        pytest.param(kind, value, id=f"{kind.__name__}-{str(value)[:30]!r}")
        for kind, found in table.items()
        for value in found
    ]


@pytest.mark.parametrize(("kind", "value"), cases(TAKEN))
def test_what_is_right_is_taken(kind: type[Text], value: Any) -> None:
    found = kind.read(value)
    assert type(found) is kind
    assert kind.takes(value)
    assert kind.read(str(found)) == found
    if isinstance(value, str):
        assert found == value


@pytest.mark.parametrize(("kind", "value"), cases(REFUSED))
def test_what_is_wrong_is_refused_with_words(kind: type[Text], value: Any) -> None:
    assert not kind.takes(value)
    with pytest.raises(Wrong) as refusal:
        kind.read(value)
    assert refusal.value.rule == (
        "value" if isinstance(value, str) or (kind.numbers and _is_number(value)) else "type"
    )
    assert str(refusal.value).startswith("must ")
    assert refusal.value.help


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


@pytest.mark.parametrize("kind", TYPES, ids=lambda kind: kind.__name__)
def test_every_example_is_taken(kind: type[Text]) -> None:
    assert kind.wanted
    assert kind.__doc__
    for example in kind.examples:
        assert kind.read(example) == example


texts = st.one_of(
    st.text(max_size=12),
    st.text("0123456789.-%mskhdGiEe ", max_size=10),
    st.text("aA1-_./:@*~ \n", max_size=12),
)
many = settings(deadline=None, max_examples=40, derandomize=True, database=None)


@pytest.mark.parametrize("kind", TYPES, ids=lambda kind: kind.__name__)
@many
@given(text=texts)
def test_advice_is_right(kind: type[Text], text: str) -> None:
    """What a refusal says to write is taken."""
    advised = re.fullmatch(r'(?:.*: )?write (?:for example )?[`"](.*)[`"]', refused(kind, text))
    if advised and "://…@" not in advised[1]:
        assert kind.takes(advised[1])


def refused(kind: type[Text], text: str) -> str:
    """The advice of a refusal, if it is one."""
    try:
        kind.read(text)
    except Wrong as wrong:
        return wrong.help
    return ""


MEANT: list[tuple[type[Text], Any, str]] = [
    (Cpu, "2 cores", "write `2`"),
    (Cpu, "500M", "write `500m`"),
    (Cpu, "4000", "write `4000m` for thousandths of a core"),
    (Memory, "4GB", "write `4Gi`"),
    (Memory, "512mb", "write `512Mi`"),
    (Memory, "512", "write the unit: `512Mi`"),
    (Memory, "512m", "`m` means thousandths; write `512Mi`"),
    (Duration, "1.5h", "write `1h30m`"),
    (Duration, "2 weeks", "write `14d`"),
    (Duration, 30, "write the unit: `30s`, or `30ms`"),
    (Ratio, "99", "write `99%`"),
    (Name, "Fraud_Detection", "write `fraud-detection`"),
    (Name, 5, "write for example `fraud-detection`"),
    (ReleaseName, 1.5, 'quote it: "1.5"'),
    (Image, "https://ghcr.io/a/b:v1", "leave the scheme out: write `ghcr.io/a/b:v1`"),
    (Image, "ghcr.io/A/b:V1", "repositories are lower-case: write `ghcr.io/a/b:V1`"),
    (Image, "a@sha256:abc", "a digest is `sha256:` and 64 hexadecimal digits"),
    (Registry, "https://ghcr.io/a/", "write `ghcr.io/a`"),
    (Sha256, DIGEST, f"write `{'0' * 64}`"),
    (Url, "git.example.com/a", "write `https://git.example.com/a`"),
    (GitRevision, "main", "write `refs/heads/main`"),
    (HttpPath, "predict", "write `/predict`"),
    (HttpPath, [], "write for example `/predict`"),
    (Cidr, "10.0.0.1", "write `10.0.0.1/32`"),
    (Cidr, "10.0.0.1/8", "write `10.0.0.0/8`"),
    (Schedule, "0 0 * * 7", "Sunday is `0`"),
    (KubernetesVersion, "v1.34.2", 'write "1.34"'),
    (KubernetesVersion, 1.3, 'quote it: "1.30"'),
    (EnvName, "LOG-LEVEL", "write `LOG_LEVEL`"),
    (Uri, "s3://a/b?c", "write `s3://a/b`"),
]


@pytest.mark.parametrize(("kind", "value", "advice"), MEANT, ids=lambda part: str(part)[:30])
def test_what_was_meant_is_advised(kind: type[Text], value: Any, advice: str) -> None:
    with pytest.raises(Wrong) as refusal:
        kind.read(value)
    assert refusal.value.help == advice


def test_a_password_is_not_repeated() -> None:
    for kind in TYPES:
        with pytest.raises(Wrong) as refusal:
            kind.read("nothing://user:hunter2@host/ \n")
        assert "hunter2" not in f"{refusal.value}{refusal.value.help}", kind


UNITS = {"": 1, "k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "P": 10**15, "E": 10**18}
UNITS |= {f"{unit}i": 1 << 10 * power for power, unit in enumerate("KMGTPE", 1)}
whole, units = st.integers(0, 10**6), st.sampled_from(sorted(UNITS))
decimals = st.text("0123456789", max_size=9)


@many
@given(whole, decimals, units)
def test_a_quantity_is_worth_its_number_times_its_unit(number: int, part: str, unit: str) -> None:
    text = f"{number}.{part}{unit}" if part else f"{number}{unit}"
    exact = Fraction(f"{number}.{part or 0}") * UNITS[unit] * 1000
    assert Quantity.read(text).thousandths == -(-exact.numerator // exact.denominator)


@many
@given(whole, whole, units)
def test_quantities_are_ordered_as_their_numbers(first: int, second: int, unit: str) -> None:
    one, other = (Quantity.read(f"{n}{unit}").thousandths for n in (first, second))
    assert (one < other) == (first < second)
    assert Quantity.read(f"{first}m").thousandths * 1000 == Quantity.read(str(first)).thousandths


LENGTHS = (("d", 24 * 3600), ("h", 3600), ("m", 60), ("s", 1))


@many
@given(st.lists(st.integers(0, 800), min_size=5, max_size=5))
def test_a_duration_is_the_sum_of_its_parts(counts: list[int]) -> None:
    *rest, thousandths = counts
    assume(any(counts))
    spelt = "".join(f"{n}{unit}" for n, (unit, _) in zip(rest, LENGTHS, strict=True) if n)
    text = f"{spelt}{thousandths}ms" if thousandths else spelt
    seconds = sum(n * length for n, (_, length) in zip(rest, LENGTHS, strict=True))
    found = Duration.read(text)
    assert found.milliseconds == seconds * 1000 + thousandths
    assert timedelta(seconds=found.whole_seconds) >= timedelta(milliseconds=found.milliseconds)
    assert found.whole_seconds - seconds in (0, 1)
    again = Duration.read(found.in_go)
    assert again.milliseconds == found.milliseconds
    assert "d" not in found.in_go


@many
@given(st.integers(0, 10**6))
def test_a_ratio_is_one_number_however_it_is_written(millionths: int) -> None:
    fraction = Fraction(millionths, 10**6)
    decimal = f"{millionths // 10**6}.{millionths % 10**6:06d}"
    percent = f"{millionths // 10**4}.{millionths % 10**4:04d}%"
    for text in (decimal, percent):
        found = Ratio.read(text).fraction
        assert Fraction(found) == fraction
        assert Ratio.read(found).fraction == found
        assert "e" not in found.lower()
        assert not found.endswith(".0")


part = st.from_regex(r"[a-z0-9]{1,8}", fullmatch=True)
hosts = st.sampled_from(("", "ghcr.io/", "localhost:5000/", "registry.example.com:443/"))
tags = st.sampled_from(("", ":v1", ":latest", ":1_0.2-x"))
digests = st.sampled_from(("", f"@{DIGEST}"))


@many
@given(hosts, st.lists(part, min_size=1, max_size=3), tags, digests)
def test_an_image_is_its_parts(host: str, names: list[str], tag: str, digest: str) -> None:
    image = Image.read(f"{host}{'/'.join(names)}{tag}{digest}")
    default = "docker.io/" if len(names) > 1 else "docker.io/library/"
    assert image.repository == f"{host or default}{'/'.join(names)}"
    assert (image.tag, image.digest) == (tag[1:] or None, digest[1:] or None)
    assert image.can_move == (not digest and tag in ("", ":latest"))
    registry = image.repository.partition("/")[0]
    assert image.is_from(registry)
    assert image.is_from(image.repository)
    assert not image.is_from(registry[:-1])
    assert not image.is_from(f"{image.repository}/x")


@many
@given(st.sampled_from(TYPES), texts)
def test_reading_twice_is_reading_once(kind: type[Text], text: str) -> None:
    if kind.takes(text):
        assert kind.read(kind.read(text)) == kind.read(text)
        assert type(kind.read(kind.read(text))) is kind
    for other in (LabelValue, ReleaseName, MetricName, SecretProperty):
        if other.takes(text):
            assert type(other.read(text)) is other
