"""Which engine answers. Each is imported when it is chosen, because most runs need one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelyard.policy.engine import PolicyError

if TYPE_CHECKING:
    from modelyard.policy.engine import Engine, Options

NAMES = ("embedded", "opa", "server")


def choose(name: str | None, url: str | None, policies: list[str], options: Options) -> Engine:
    """The engine of a name, with the policies in it; raises `PolicyError`.

    A URL is a server's; without either, the engine is the embedded one.
    """
    chosen = name or ("server" if url else "embedded")
    if chosen not in NAMES:
        import difflib

        near = difflib.get_close_matches(chosen, NAMES, 1, 0.5)
        rather = f"did you mean `{near[0]}`?" if near else f"there are {', '.join(NAMES)}"
        raise PolicyError(f"no engine is called `{chosen}`: {rather}")
    if url and chosen != "server":
        raise PolicyError(f"`--opa-url` asks a server, and the engine `{chosen}` has none")
    if chosen == "server":
        if not url:
            raise PolicyError("the engine `server` needs to be told where it is: `--opa-url`")
        from modelyard.policy.server import connect

        return connect(url, policies, options)
    if chosen == "opa":
        from modelyard.policy.program import start

        return start(policies, options)
    from modelyard.policy.embedded import load

    return load(policies, options)
