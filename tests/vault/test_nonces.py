"""Random bytes in blocks: never the same twice, not even over a fork."""

from __future__ import annotations

import os
import threading

from brygga.vault.nonces import BLOCK_BYTES, RandomBlocks


def counted() -> tuple[RandomBlocks, list[int]]:
    asked: list[int] = []

    def source(count: int) -> bytes:
        asked.append(count)
        return os.urandom(count)

    return RandomBlocks(source), asked


def test_one_question_to_the_system_serves_many_nonces_and_none_comes_twice() -> None:
    blocks, asked = counted()
    given = [blocks(12) for _ in range(BLOCK_BYTES // 12)]
    assert asked == [BLOCK_BYTES]
    assert len(set(given)) == len(given)
    assert blocks(12) not in given
    assert len(asked) == 2


def test_more_than_a_block_is_given_whole() -> None:
    blocks, _ = counted()
    assert len(blocks(BLOCK_BYTES * 2)) == BLOCK_BYTES * 2


def test_threads_never_share_a_nonce() -> None:
    blocks, _ = counted()
    given: list[bytes] = []

    def take() -> None:
        given.extend([blocks(12) for _ in range(2000)])

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(given)) == 8000


def test_a_forked_child_gives_other_bytes_than_its_parent() -> None:
    blocks, _ = counted()
    blocks(12)
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writer, blocks(12))
        os._exit(0)
    os.waitpid(child, 0)
    theirs = os.read(reader, 12)
    os.close(reader)
    os.close(writer)
    assert len(theirs) == 12
    assert theirs != blocks(12)
