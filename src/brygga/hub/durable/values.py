"""What is kept of a flow is plain JSON: arguments, results of steps, and errors by their facts.

A value is always passed through JSON once, also when nothing was restarted, so that a flow
sees the same shapes (lists for tuples, text keys) in its first run and in a resumed one.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from brygga.hub.clean import clean, clean_facts
from brygga.hub.durable.errors import FlowChanged, FlowFailed, NotJson
from brygga.model.errors import ALL_KINDS, BryggaError, Fault

# A stored error is a JSON object with this one key; no result may look like it.
_ERROR_KEY = "$error"


def to_json(value: Any) -> str:
    """`value` as JSON text, ASCII only, so that every database can hold it.

    Raises NotJson for anything that JSON does not have (bytes, datetime, NaN, ...)."""
    if isinstance(value, dict) and _ERROR_KEY in value:
        raise NotJson(f"A flow may not use the reserved key {_ERROR_KEY!r} in its values.")
    try:
        return json.dumps(value, allow_nan=False, separators=(",", ":"))
    except (TypeError, ValueError, RecursionError) as error:
        raise NotJson(f"Only JSON values can be kept in a flow: {error}") from error


def from_json(text: str) -> Any:
    """The value or, for a stored error, the exception itself (returned, not raised)."""
    value = json.loads(text)
    if isinstance(value, dict) and value.keys() == {_ERROR_KEY}:
        return error_from(value[_ERROR_KEY])
    return value


def plain(value: Any) -> Any:
    """`value` as it will look when it is read back. Raises NotJson."""
    return json.loads(to_json(value))


def error_to_json(error: Exception) -> str:
    """A stored error; never fails, so that a flow can always be ended."""
    return json.dumps({_ERROR_KEY: error_facts(error)}, separators=(",", ":"))


def error_facts(error: Exception) -> dict[str, Any]:
    """An error as plain values: our own by kind and facts, others by type and place.

    A foreign error's text may quote whole answers of a provider, with persons and keys in them.
    """
    if isinstance(error, FlowFailed):
        return {"kind": FlowFailed.kind, "message": error.message, "what": error.what}
    if isinstance(error, BryggaError):
        return {"kind": error.kind, "message": clean(error.message), "facts": clean_facts(error)}
    what = type(error).__name__
    return {"kind": FlowFailed.kind, "message": f"{what}{_place(error)}", "what": what}


def _place(error: Exception) -> str:
    """Where it was raised: ` in api.py, line 40`."""
    trail = error.__traceback__
    while trail is not None and trail.tb_next is not None:
        trail = trail.tb_next
    if trail is None:
        return ""
    return f" in {Path(trail.tb_frame.f_code.co_filename).name}, line {trail.tb_lineno}"


def as_ours(error: Exception) -> BryggaError:
    """The error if it is one of ours; a foreign one as FlowFailed, by its type and place."""
    if isinstance(error, BryggaError):
        return error
    facts = error_facts(error)
    return FlowFailed(facts["message"], what=facts["what"])


def error_from(facts: dict[str, Any]) -> Exception:
    """The error again, of the same type for our own kinds, else FlowFailed."""
    kind, message = str(facts.get("kind", "")), str(facts.get("message", ""))
    known = _OWN_KINDS.get(kind)
    if known is None:
        return FlowFailed(message, what=str(facts.get("what", kind)))
    details = dict(facts.get("facts", {}))
    fault = Fault(str(details.pop("fault", Fault.NOBODY)))
    return known(message, fault=fault, **details)


_OWN_KINDS: dict[str, type[BryggaError]] = {**ALL_KINDS, NotJson.kind: NotJson, FlowChanged.kind: FlowChanged}
