"""Lets sockets reach this machine only. Standard library only, Python 3.9 on."""

from __future__ import annotations

import ipaddress
import socket
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["close_network"]

_UNREACHABLE = 101
_NEAR = {"", "localhost", "localhost.localdomain", "ip6-localhost", socket.gethostname()}


def close_network(tell: Callable[[str], None]) -> None:
    """Refuse connections and look-ups that leave the machine; ``tell`` hears of each host."""
    for name, position in (("connect", 0), ("connect_ex", 0), ("sendto", -1)):
        setattr(socket.socket, name, _guarded(getattr(socket.socket, name), position, tell))
    for name in ("getaddrinfo", "gethostbyname", "gethostbyname_ex"):
        setattr(socket, name, _near_only(getattr(socket, name), tell))


def _guarded(
    original: Callable[..., Any], position: int, tell: Callable[[str], None]
) -> Callable[..., Any]:
    def call(self: socket.socket, *args: Any) -> Any:
        target = args[position] if args else None
        if isinstance(target, tuple) and target and not _is_near(target[0]):
            tell(_text(target[0]))
            raise OSError(_UNREACHABLE, "Network is unreachable: only loopback is open here")
        return original(self, *args)

    return call


def _near_only(original: Callable[..., Any], tell: Callable[[str], None]) -> Callable[..., Any]:
    def call(host: Any, *args: Any, **kwargs: Any) -> Any:
        if not _is_near(host) and _address(_text(host)) is None:
            tell(_text(host))
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return original(host, *args, **kwargs)

    return call


def _is_near(host: Any) -> bool:
    if host is None:
        return True
    name = _text(host)
    address = _address(name)
    if address is None:
        return name.lower().rstrip(".") in _NEAR
    return bool(address.is_loopback or address.is_unspecified)


def _text(host: Any) -> str:
    return host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)


def _address(name: str) -> Any:
    try:
        return ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return None
