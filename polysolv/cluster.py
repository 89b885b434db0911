"""A dask cluster that work is sent to, through joblib."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from polysolv.errors import InputError


@contextmanager
def on_cluster(scheduler: str) -> Iterator[None]:
    """Within this context joblib works on the cluster.

    Args:
        scheduler: address of a dask scheduler, or "current" for the active dask client.

    Raises:
        InputError: without the extra ``dask``, or if no scheduler answers.
    """
    import joblib

    client, own = _connect(scheduler)
    try:
        with joblib.parallel_config(backend="dask", client=client):
            yield
    finally:
        if own:
            client.close()


def _connect(scheduler: str) -> tuple[Any, bool]:
    """Return a dask client, and whether it is ours to close."""
    try:
        from distributed import Client, get_client
    except ImportError:
        raise InputError("scheduler", scheduler, "dask: pip install 'polysolv[dask]'") from None
    try:
        if scheduler == "current":
            return get_client(), False
        return Client(scheduler, set_as_default=False, timeout=15), True  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:
        raise InputError("scheduler", scheduler, f"a dask scheduler that answers ({error})") from None
