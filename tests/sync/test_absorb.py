"""Raw answers → one batch; poison is set aside."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec

from brygga.model import Bid, Estate, Finding, Invalid, Mapped, Viewing
from brygga.sync.absorb import absorb

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


class Piece(msgspec.Struct, frozen=True, kw_only=True):
    kind: str
    source_id: str
    body: bytes


def pieces(count: int) -> list[Piece]:
    return [Piece(kind="estate", source_id=str(n), body=b"{}") for n in range(count)]


def one_estate(piece: Piece) -> Mapped:
    return Mapped(records=[Estate(id=f"x:{piece.source_id}")])


def test_one_poison_record_in_a_thousand_leaves_999() -> None:
    def poisoned(piece: Piece) -> Mapped:
        if piece.source_id == "500":
            raise ZeroDivisionError
        return one_estate(piece)

    done = absorb(pieces(1000), poisoned, connection="x", now=NOW)
    assert len(done.incoming) == 999
    assert [(p.source_id, p.reason_code) for p in done.parked] == [("500", "mapping_failed")]
    assert done.parked[0].raw == b"{}"


def test_a_record_that_cannot_be_used_keeps_its_own_reason() -> None:
    def refuse(_: Piece) -> Mapped:
        raise Invalid("no id", code="no_id", sv="Id saknas.")

    done = absorb(pieces(1), refuse, connection="x", now=NOW)
    assert (done.parked[0].reason_code, done.parked[0].sv) == ("no_id", "Id saknas.")
    assert done.incoming == []


def test_the_reason_never_holds_the_value_that_broke_the_mapping() -> None:
    def leak(_: Piece) -> Mapped:
        raise ValueError("test.testsson@example.com")

    done = absorb(pieces(1), leak, connection="x", now=NOW)
    assert "example.com" not in msgspec.json.encode([done.parked[0].detail, done.parked[0].sv]).decode()


def test_parts_follow_their_estate_and_the_raw_bytes_are_kept_once() -> None:
    def with_parts(piece: Piece) -> Mapped:
        return Mapped(
            records=[Estate(id="x:1"), Viewing(id="x:v1", estate_id="x:1"), Bid(id="x:b1", estate_id="x:1")],
            findings=[Finding(path="price", code="odd")],
            owner_id="x:1",
            complete_kinds=("viewing", "bid"),
        )

    batch = absorb(pieces(1), with_parts, connection="x", now=NOW)
    assert [bool(i.raw) for i in batch.incoming] == [True, False, False]
    assert [len(i.findings) for i in batch.incoming] == [1, 0, 0]
    assert batch.complete == [("x:1", "viewing", ["x:v1"]), ("x:1", "bid", ["x:b1"])]


def test_a_record_that_cannot_be_written_is_set_aside_alone() -> None:
    def odd(piece: Piece) -> Mapped:
        if piece.source_id == "1":
            return Mapped(records=[Estate(id="x:1", reference="\ud800")])
        return Mapped(records=[Estate(id=f"{'y' if piece.source_id == '2' else 'x'}:{piece.source_id}")])

    done = absorb(pieces(4), odd, connection="x", now=NOW)
    assert [(p.source_id, p.reason_code) for p in done.parked] == [
        ("1", "not_encodable"),
        ("2", "foreign_id"),
    ]
    assert [one.id for one in done.incoming] == ["x:0", "x:3"]
