"""Foreign bytes become safe renditions, or a clear error; the hub survives every picture."""

import asyncio
import os
import random
import signal
from pathlib import Path

import pytest
from PIL import JpegImagePlugin

from brygga.model import Invalid, Retryable
from brygga.photos import Darkroom, Limits, NotAPicture, NotDeveloped, Recipe, TooLarge, Truncated

SMALL = Recipe(long_edges_px=(320, 160))


@pytest.fixture
async def room():
    async with Darkroom(workers=1) as darkroom:
        yield darkroom


async def test_a_picture_becomes_one_jpeg_per_size(room, sample):
    negative = await room.develop(sample.encoded(sample.gradient((3000, 2000))), Recipe())
    assert (negative.width_px, negative.height_px, negative.format) == (3000, 2000, "jpeg")
    sizes = [(p.width_px, p.height_px) for p in negative.prints]
    assert sizes == [(2400, 1600), (1600, 1067), (800, 533)]
    for made in negative.prints:
        image = sample.opened(made.data)
        assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (made.width_px, made.height_px))
        assert JpegImagePlugin.get_sampling(image) == 2  # 4:2:0


async def test_a_small_picture_is_never_enlarged(room, sample):
    negative = await room.develop(sample.encoded(sample.gradient((500, 300))), Recipe())
    assert {(p.width_px, p.height_px) for p in negative.prints} == {(500, 300)}


async def test_place_camera_owner_and_caption_are_gone_and_the_picture_stands_upright(room, sample):
    original = sample.camera_jpeg()
    assert all(word in original for word in (b"Testkameran", b"familjen", b"hemligt"))
    negative = await room.develop(original, SMALL)
    assert (negative.width_px, negative.height_px) == (480, 640)
    for made in negative.prints:
        image = sample.opened(made.data)
        assert image.height > image.width
        assert dict(image.getexif()) == {0x8298: "Foto Testsson AB"}
        for word in (b"Testkameran", b"Testsson,", b"Fotograf", b"familjen", b"hemligt", b"ICC_PROFILE"):
            assert word not in made.data


@pytest.mark.parametrize("notice", ["© Åsa Öberg (2026)", "x", "Foto: Ängla & Co, alla rättigheter"])
async def test_a_copyright_notice_stays_letter_by_letter(room, sample, notice):
    made = (await room.develop(sample.signed_jpeg(notice), SMALL)).prints[0].data
    assert notice.encode() in made[:400]


async def test_a_picture_without_notice_gets_ours_and_one_with_keeps_its_own(room, sample):
    recipe = Recipe(long_edges_px=(160,), copyright="© Byrån\u202e AB\r\n")
    ours = await room.develop(sample.encoded(sample.gradient()), recipe)
    theirs = await room.develop(sample.signed_jpeg("Foto Testsson"), recipe)
    assert "© Byrån AB\x00".encode() in ours.prints[0].data
    assert b"Foto Testsson" in theirs.prints[0].data
    assert "Byrån".encode() not in theirs.prints[0].data


async def test_colours_of_a_wide_profile_are_taken_to_srgb(room, sample):
    original = sample.wide_gamut_jpeg()
    assert sample.opened(original).getpixel((30, 30))[1] > 40  # read without its profile it is not pure red
    red, green, blue = sample.opened((await room.develop(original, SMALL)).prints[0].data).getpixel((30, 30))
    assert red > 250
    assert green < 8
    assert blue < 8


async def test_an_srgb_profile_changes_nothing(room, sample):
    original = sample.srgb_jpeg()
    before = sample.opened(original).resize((320, 240)).getpixel((100, 100))
    after = sample.opened((await room.develop(original, SMALL)).prints[0].data).getpixel((100, 100))
    assert all(abs(a - b) <= 3 for a, b in zip(before, after, strict=True))


@pytest.mark.parametrize(
    ("mode", "kind"),
    [("CMYK", "JPEG"), ("CMYK", "TIFF"), ("L", "JPEG"), ("RGBA", "PNG"), ("LA", "PNG"), ("P", "PNG"),
     ("1", "PNG"), ("I;16", "PNG"), ("I;16", "TIFF"), ("RGB", "WEBP"), ("RGB", "GIF"), ("RGB", "AVIF")],
)  # fmt: skip  # a block reads best
async def test_every_kind_of_picture_comes_out_as_srgb(room, sample, mode, kind):
    image = sample.gradient(mode="L" if mode == "I;16" else mode)
    negative = await room.develop(sample.encoded(image.convert(mode), kind), SMALL)
    assert sample.opened(negative.prints[0].data).mode == "RGB"
    assert sample.opened(negative.prints[0].data).size == (320, 240)


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
async def test_what_is_transparent_becomes_white(room, sample, mode):
    image = sample.gradient(mode=mode)
    image.putalpha(0)
    made = (await room.develop(sample.encoded(image, "PNG"), SMALL)).prints[0].data
    assert sample.opened(made).getpixel((50, 50)) == (255, 255, 255)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "GIF", "AVIF"])
@pytest.mark.parametrize("share", [0.4, 0.9, 0.995])
async def test_a_cut_file_is_an_error_and_never_a_grey_picture(room, sample, kind, share):
    whole = sample.encoded(sample.gradient(), kind)
    with pytest.raises(Truncated) as caught:
        await room.develop(whole[: int(len(whole) * share)], SMALL)
    assert caught.value.sv == "Bilden är avbruten mitt i. Hämta eller ladda upp filen på nytt."
    assert isinstance(caught.value, Invalid)


@pytest.mark.parametrize(
    "data",
    [b"", b"x", b"%PDF-1.7\n%", b"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>",
     b"P6 3 3 255 " + b"x" * 27, b"GIF", b"<html>429 Too Many Requests</html>", b"\x00" * 5000],
)  # fmt: skip  # a block reads best
async def test_what_is_no_picture_is_told_as_such(room, data):
    with pytest.raises(NotAPicture) as caught:
        await room.develop(data, SMALL)
    assert caught.value.sv.startswith("Filen är trasig eller inte en bild.")


async def test_heic_is_named_so_that_the_broker_knows_what_to_do(room):
    with pytest.raises(NotAPicture, match="HEVC") as caught:
        await room.develop(b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(99), SMALL)
    assert caught.value.sv == "Bilden är i formatet HEIC. Spara den som JPEG och lägg till den igen."


async def test_a_bomb_is_stopped_at_its_header(room, sample):
    bomb = sample.pixel_bomb()
    assert len(bomb) < 100_000
    with pytest.raises(TooLarge) as caught:
        await room.develop(bomb, SMALL)
    assert caught.value.code == "picture_too_many_pixels"


async def test_a_file_of_too_many_bytes_never_reaches_a_worker():
    async with Darkroom(limits=Limits(file_bytes=10)) as room:
        with pytest.raises(TooLarge, match="11 bytes"):
            await room.develop(b"x" * 11, SMALL)
        assert room._idle == []


async def test_a_picture_that_wants_too_much_memory_falls_alone(sample):
    limits = Limits(memory_bytes=300 << 20, pixels=10**9)
    async with Darkroom(workers=1, limits=limits) as room:
        with pytest.raises(TooLarge) as caught:
            await room.develop(sample.encoded(sample.plain((9000, 9000), (1, 2, 3)), progressive=True), SMALL)
        assert caught.value.code == "picture_too_costly"
        assert (await room.develop(sample.encoded(sample.gradient()), SMALL)).width_px == 640


async def test_a_picture_that_wants_too_much_computing_falls_alone(sample):
    async with Darkroom(workers=1, limits=Limits(cpu_s=0, pixels=10**9)) as room:
        with pytest.raises(TooLarge) as caught:
            await room.develop(sample.pixel_bomb(), Recipe(long_edges_px=(12_000, 10_000)))
        assert caught.value.code == "picture_too_costly"


async def test_time_running_out_is_our_trouble_and_worth_another_try(sample):
    async with Darkroom(workers=1, limits=Limits(wall_s=0.01)) as room:
        with pytest.raises(NotDeveloped) as caught:
            await room.develop(sample.encoded(sample.gradient()), SMALL)
        assert isinstance(caught.value, Retryable)
        assert room._idle == []


async def test_a_killed_worker_is_replaced(room, sample):
    picture = sample.encoded(sample.gradient())
    first = await room.develop(picture, SMALL)
    os.kill(room._idle[0].process.pid, signal.SIGKILL)
    await room._idle[0].process.wait()
    assert await room.develop(picture, SMALL) == first


async def test_the_same_bytes_give_the_same_bytes_in_any_worker(sample):
    picture = sample.encoded(sample.gradient((1200, 900)))
    async with Darkroom(workers=1) as one, Darkroom(workers=1) as other:
        assert await one.develop(picture, Recipe()) == await other.develop(picture, Recipe())


async def test_many_pictures_share_the_workers(sample):
    async with Darkroom(workers=2) as room:
        pictures = [sample.encoded(sample.plain((400, 300), (n, 0, 0))) for n in range(0, 200, 20)]
        made = await asyncio.gather(*(room.develop(p, SMALL) for p in pictures))
        assert len(room._idle) <= 2
    reds = [sample.opened(n.prints[0].data).getpixel((9, 9))[0] for n in made]
    assert reds == sorted(reds)


async def test_an_abandoned_picture_takes_its_worker_along(room, sample):
    await room.develop(sample.encoded(sample.gradient()), SMALL)
    worker = room._idle[0]
    task = asyncio.create_task(room.develop(sample.encoded(sample.gradient((4000, 4000)), "PNG"), Recipe()))
    await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await asyncio.wait_for(worker.process.wait(), 5) == -signal.SIGKILL
    assert room._idle == []


async def test_a_worker_sees_nothing_of_the_hubs_environment(room, sample, monkeypatch):
    monkeypatch.setenv("BRYGGA_KEY", "a-very-secret-key")
    await room.develop(sample.encoded(sample.gradient()), SMALL)
    environment = Path(f"/proc/{room._idle[0].process.pid}/environ").read_bytes()
    assert b"a-very-secret-key" not in environment
    assert b"LANG=C.UTF-8" in environment


async def test_a_worker_is_relieved_after_its_share(room, sample, monkeypatch):
    monkeypatch.setattr("brygga.photos.darkroom.JOBS_PER_WORKER", 2)
    picture, seen = sample.encoded(sample.gradient((64, 64))), []
    for _ in range(2):
        await room.develop(picture, SMALL)
        seen.append(len(room._idle))
    assert seen == [1, 0]


async def test_flipped_bytes_give_a_picture_or_a_clear_error(room, sample):
    rng = random.Random(20261123)
    wholes = [sample.encoded(sample.gradient((160, 120)), k) for k in ("JPEG", "PNG", "WEBP", "GIF", "TIFF")]
    outcomes = set()
    for number in range(200 if "BRYGGA_CHAOS" in os.environ else 60):
        data = bytearray(wholes[number % len(wholes)])
        for _ in range(rng.randint(1, 12)):
            data[rng.randrange(len(data))] = rng.randrange(256)
        try:
            await room.develop(bytes(data), SMALL)
            outcomes.add("picture")
        except Invalid as error:  # any other kind fails the test
            outcomes.add(error.code)
    assert {"picture", "picture_truncated"} <= outcomes
