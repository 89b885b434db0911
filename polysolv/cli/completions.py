"""``polysolv completions``."""

from __future__ import annotations

import click

from polysolv.cli.options import Name, command, emit, output_option


@command("completions")
@click.argument("shell", type=Name(["bash", "zsh", "fish"]), metavar="[bash|zsh|fish]")
@output_option
@click.pass_context
def completions_command(context: click.Context, shell: str, output: str | None) -> None:
    """Print the script that completes commands, options and their values in a shell.

    For bash add `eval "$(polysolv completions bash)"` to ~/.bashrc, for zsh the same to ~/.zshrc; for
    fish save the script as ~/.config/fish/completions/polysolv.fish.
    """
    from click.shell_completion import ShellComplete, get_completion_class

    found = get_completion_class(shell)
    if found is None:
        raise click.UsageError(f"SHELL: this version of click knows no {shell}")
    # The base class's source(), because bash's looks for bash here, where it need not be.
    group = context.find_root().command
    emit(ShellComplete.source(found(group, {}, "polysolv", "_POLYSOLV_COMPLETE")), output)
