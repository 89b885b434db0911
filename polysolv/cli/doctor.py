"""``polysolv doctor``."""

from __future__ import annotations

from polysolv.cli.options import command, emit, format_option, output_option


@command("doctor")
@format_option("text", "json", default="text")
@output_option
def doctor_command(style: str, output: str | None) -> int:
    """Show versions and optional engines, and test this installation on known answers.

    The self-test builds a certificate, has the trusted kernel verify it and refuse a broken one, solves two
    tiny systems, and fits two tiny models. It makes the path tracker's machine code if that is not there yet.
    Exit code 0: it passed, 1: it did not.
    """
    import json

    from polysolv.cli.diagnosis import diagnose
    from polysolv.cli.progress import status_line
    from polysolv.cli.tables import print_on_page

    with status_line(silent=False, tracks_paths=True):
        found = diagnose()
    if style == "json":
        emit(json.dumps(found.to_data(), indent=2), output)
    elif not print_on_page(found.grids(), [], output, found.verdict):
        emit(found.to_text(), output)
    return 0 if found.healthy else 1
