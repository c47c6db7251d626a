"""A setting that is wrong stops the start with a sentence that names it."""

import pytest

import app
from environ import check_site, load
from settings import Settings, SettingsError


def test_nothing_said_means_the_defaults() -> None:
    assert load({"PATH": "/bin", "DJANGO_SETTINGS_MODULE": "x"}) == Settings()


def test_what_is_said_is_read_as_its_type() -> None:
    settings = load(
        {
            "PROSA_PORT": "9000",
            "PROSA_DEMO": "1",
            "PROSA_TRUST_PROXY": "false",
            "PROSA_WATCH_SECONDS": "0.5",
            "PROSA_ALLOWED_ORIGINS": "https://a.example, https://b.example:8443",
            "PROSA_API_KEYS": '{"site": "0123456789012345678901234567890123"}',
        }
    )
    assert settings.port == 9000
    assert settings.demo is True
    assert settings.trust_proxy is False
    assert settings.watch_seconds == 0.5
    assert settings.allowed_origins == ["https://a.example", "https://b.example:8443"]
    assert list(settings.api_keys) == ["site"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("PROSA_PORT", "eighty"),
        ("PROSA_PORT", "0"),
        ("PROSA_PORT", "65536"),
        ("PROSA_DEMO", "perhaps"),
        ("PROSA_REDIS_URL", "localhost:6379"),
        ("PROSA_TIMEZONE", "America/Nowhere"),
        ("PROSA_TIMEZONE", "../etc/passwd"),
        ("PROSA_SENDS", "many"),
        ("PROSA_LOG_LEVEL", "loud"),
        ("PROSA_API_KEYS", "secret"),
        ("PROSA_API_KEYS", '{"site": "short"}'),
        ("PROSA_API_KEYS", "[]"),
        ("PROSA_ALLOWED_ORIGINS", "evil.example"),
        ("PROSA_ALLOWED_ORIGINS", "https://a.example/path"),
        ("PROSA_REVALIDATE_SECONDS", "0"),
        ("PROSA_PAGE", "101"),
        ("PROSA_MONGODB_DATABASE", "a b"),
        ("PROSA_PROT", "8888"),
        ("PROSA_SOCKJS_URL", "http://cdn.example/sockjs.min.js"),
        ("PROSA_SOCKJS_URL", "https://cdn.example; evil.example/sockjs.min.js"),
        ("PROSA_SOCKJS_URL", "https://cdn.example/sockjs.min.js"),
        ("PROSA_SOCKJS_INTEGRITY", "md5-abc"),
        ("PROSA_SITE_URL", "localhost:8000"),
        ("PROSA_SITE_URL", "http://user:word@site.example"),
        ("PROSA_SITE_URL", "http://site.example:many"),
        ("PROSA_SITE_URL", "http://:8000"),
        ("PROSA_SITE_URL", "http://site.example"),
        ("PROSA_SITE_TOKEN", "short"),
        ("PROSA_SITE_TOKEN", "a token with spaces and é of more than 32"),
        ("PROSA_SITE_TOKEN", "t" * 32),
    ],
)
def test_a_wrong_one_is_named_in_one_sentence(name: str, text: str) -> None:
    with pytest.raises(SettingsError) as refused:
        load({name: text})
    sentence = str(refused.value)
    assert name in sentence
    assert sentence.endswith(".")
    assert "\n" not in sentence


SITE = {"PROSA_SITE_URL": "http://site.example:8000", "PROSA_SITE_TOKEN": "t" * 32}


@pytest.mark.parametrize(
    "environ", [SITE, {"PROSA_DEMO": "1"}, {"DJANGO_SETTINGS_MODULE": "x"}, {**SITE, "PROSA_DEMO": "0"}]
)
def test_one_way_to_know_who_is_who_is_enough(environ: dict[str, str]) -> None:
    check_site(load(environ), environ)


@pytest.mark.parametrize(
    ("environ", "named"),
    [
        ({}, "PROSA_SITE_URL"),
        ({"DJANGO_SETTINGS_MODULE": ""}, "DJANGO_SETTINGS_MODULE"),
        ({**SITE, "DJANGO_SETTINGS_MODULE": "x"}, "DJANGO_SETTINGS_MODULE"),
        ({**SITE, "PROSA_DEMO": "1"}, "PROSA_DEMO"),
    ],
)
def test_no_way_and_two_ways_are_refused_in_one_sentence(environ: dict[str, str], named: str) -> None:
    with pytest.raises(SettingsError, match=named) as refused:
        check_site(load(environ), environ)
    assert "t" * 32 not in str(refused.value)


def test_a_secret_is_never_repeated() -> None:
    with pytest.raises(SettingsError) as refused:
        load({"PROSA_API_KEYS": '{"site": "hunter2"}'})
    assert "hunter2" not in str(refused.value)


def test_an_address_of_redis_that_makes_no_sense_is_named_without_its_password() -> None:
    with pytest.raises(SettingsError, match="PROSA_REDIS_URL") as refused:
        app.build_broker(Settings(redis_url="redis://:secret@localhost:many"))
    assert "secret" not in str(refused.value)
