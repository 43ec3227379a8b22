"""A hub with an invented office in it, the page in front of it, and people who look at it."""

from __future__ import annotations

import importlib.util
import shutil
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest

from brygga.hub import Hub
from brygga.web.app import App
from brygga.web.sessions import ADMINISTRATOR, AUDITOR


def load_office() -> ModuleType:
    """The invented office; it lies beside this file, which the import mode does not put on the path."""
    name = "brygga_invented_office"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name("office.py"))
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return sys.modules[name]


@pytest.fixture(scope="session")
def office() -> ModuleType:
    return load_office()


@pytest.fixture(scope="session")
def furnished_folder(office: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of a hub with a day's work, made once; tests take copies."""
    folder = tmp_path_factory.mktemp("office")
    hub = office.furnished(folder)
    hub.store.close()
    return folder


@pytest.fixture
def clock(office: ModuleType) -> Any:
    return office.Clock()


@pytest.fixture
def hub(office: ModuleType, furnished_folder: Path, tmp_path: Path, clock: Any) -> Iterator[Hub]:
    """A hub with a day's work; nothing runs, nothing is called."""
    home = tmp_path / "home"
    shutil.copytree(furnished_folder, home)
    opened = office.empty_hub(home, clock)
    yield opened
    opened.store.close()


@pytest.fixture
def empty(office: ModuleType, tmp_path: Path, clock: Any) -> Iterator[Hub]:
    """A hub with nothing in it."""
    opened = office.empty_hub(tmp_path / "empty", clock)
    yield opened
    opened.store.close()


@pytest.fixture
async def app(hub: Hub) -> AsyncIterator[App]:
    made = App(hub, every_s=0.05)
    yield made
    await made.close()


def caller(app: App, *, client: str = "127.0.0.1", host: str = "127.0.0.1") -> httpx.AsyncClient:
    """A browser on this machine, unless told otherwise."""
    transport = httpx.ASGITransport(app=app.asgi, client=(client, 50_000), raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url=f"http://{host}")


@asynccontextmanager
async def entered(app: App, role: str, lang: str = "sv") -> AsyncIterator[httpx.AsyncClient]:
    """Somebody who has used a one-time link."""
    async with caller(app) as browser:
        key = app.door.invite(role)
        answer = await browser.get("/in", params={"nyckel": key}, headers={"accept-language": lang})
        assert answer.status_code == 303
        yield browser


class People:
    """Ways to look at an app."""

    @staticmethod
    def administrator(app: App, lang: str = "sv") -> AbstractAsyncContextManager[httpx.AsyncClient]:
        return entered(app, ADMINISTRATOR, lang)

    @staticmethod
    def auditor(app: App, lang: str = "sv") -> AbstractAsyncContextManager[httpx.AsyncClient]:
        return entered(app, AUDITOR, lang)

    @staticmethod
    def stranger(app: App, **named: str) -> httpx.AsyncClient:
        return caller(app, **named)


@pytest.fixture(scope="session")
def people() -> type[People]:
    return People


@pytest.fixture
async def browser(app: App, people: type[People]) -> AsyncIterator[httpx.AsyncClient]:
    """An administrator's browser on the furnished hub."""
    async with people.administrator(app) as opened:
        yield opened
