"""Options shared by the commands, and the one place that prints or writes their result."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    _ParamType = click.ParamType[Any]  # generic from click 8.5 on, and only there
else:
    _ParamType = click.ParamType


def completions(known: Sequence[str], incomplete: str) -> list[CompletionItem]:
    """Return what a shell may complete ``incomplete`` to."""
    from click.shell_completion import CompletionItem

    return [CompletionItem(name) for name in known if name.startswith(incomplete)]


def example(name: str) -> str:
    """Return the transcript that ends the help page of a command: commands after ``$``, then their output.

    A ``…`` stands for any text in a line, alone for lines left out; ``$ cat FILE`` shows a file to make.
    """
    from pathlib import Path

    return (Path(__file__).parent / "examples" / f"{name}.txt").read_text(encoding="utf-8")


def write_example(name: str, formatter: click.HelpFormatter) -> None:
    """Write the transcript as it is: terminals wrap long lines themselves."""
    formatter.write("\nExample:\n")
    formatter.write("".join(f"  {line}".rstrip() + "\n" for line in example(name).splitlines()))


def printing(
    text: Callable[[click.Context], str],
) -> Callable[[click.Context, click.Parameter, bool], None]:
    """Return the callback of a flag that prints a text, made only then, and ends the program."""

    def show(context: click.Context, _: click.Parameter, wanted: bool) -> None:
        # A shell that asks for completions has the line parsed too, and must not get the text.
        if wanted and not context.resilient_parsing:
            click.echo(text(context), color=context.color)
            context.exit()

    return show


class HelpedCommand(click.Command):
    """A command whose help option is in English like the rest of its page.

    click's own looks for a translation at every start, which takes as long as importing ten of our modules.
    """

    _help: click.Option | None = None

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """Return the option, the same one each time."""
        if self._help is None:
            self._help = click.Option(
                self.get_help_option_names(ctx),
                is_flag=True,
                is_eager=True,
                expose_value=False,
                callback=printing(click.Context.get_help),
                help="Show this message and exit.",
            )
        return self._help


class ExampleCommand(HelpedCommand):
    """A command whose help page ends with an example."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the example, read only when help is asked for."""
        write_example(self.name or "", formatter)


def command(name: str) -> Callable[[Callable[..., Any]], click.Command]:
    """Return the decorator that makes a command of a function."""
    return click.command(name, cls=ExampleCommand)


class IntegerRange(_ParamType):
    """An integer option that reports bad values as the library does."""

    name = "integer"

    def __init__(self, low: int, high: int) -> None:
        self.low = low
        self.high = high

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the integer that ``value`` spells, or raise :class:`polysolv.errors.InputError`."""
        from polysolv.errors import InputError, require_integer

        field = param.opts[0] if param is not None else "value"
        try:
            number: Any = int(value) if isinstance(value, str) else value
        except ValueError:
            raise InputError(field, value, f"an integer from {self.low} to {self.high}") from None
        return require_integer(field, number, self.low, self.high)


class ExpertCount(_ParamType):
    """One number of experts, or a range LOW:HIGH of them, both ends included, up to ``most``."""

    name = "K or LOW:HIGH"

    def __init__(self, most: int) -> None:
        self.most = most

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, ...]:
        """Return the numbers of experts, ascending."""
        from polysolv.errors import InputError

        if isinstance(value, tuple):
            return value
        allowed = f"an integer from 1 to {self.most}, or LOW:HIGH with LOW <= HIGH"
        ends = str(value).split(":")
        if len(ends) > 2 or not all(end.isascii() and end.isdigit() and len(end) < 5 for end in ends):
            raise InputError("--k", value, allowed)
        low, high = int(ends[0]), int(ends[-1])
        if not 1 <= low <= high <= self.most:
            raise InputError("--k", value, allowed)
        return tuple(range(low, high + 1))


class PositiveNumber(_ParamType):
    """A decimal number from 1e-30 to 1e30, kept exactly as a Fraction."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the number that ``value`` spells, or raise :class:`polysolv.errors.InputError`."""
        from fractions import Fraction

        try:
            # float first: it is quick with texts such as 1e999999999.
            if len(str(value)) <= 60 and 1e-30 <= float(value) <= 1e30:
                return Fraction(str(value))
        except ValueError:
            pass
        from polysolv.errors import InputError

        field = param.opts[0] if param is not None else "value"
        raise InputError(field, value, "a number from 1e-30 to 1e+30")


class Name(_ParamType):
    """An option with a fixed set of values; a wrong one is answered with the nearest right one."""

    name = "name"

    def __init__(self, known: Sequence[str]) -> None:
        self.known = list(known)

    def get_metavar(self, param: click.Parameter, ctx: click.Context | None = None) -> str:
        """Show the allowed values on the help page."""
        return "[" + "|".join(self.known) + "]"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return ``value`` if it is one of the known names."""
        from polysolv.errors import unknown_name

        if value not in self.known:
            raise unknown_name(param.opts[0] if param is not None else "value", value, self.known)
        return str(value)

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Complete to the known values."""
        return completions(self.known, incomplete)


class UnknownNames(_ParamType):
    """Names of unknowns, separated by commas."""

    name = "names"

    def get_metavar(self, param: click.Parameter, ctx: click.Context | None = None) -> str:
        """Show what is expected on the help page."""
        return "NAME,…"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, ...]:
        """Return the names; the commas of ``x[1,2]`` separate none."""
        import re

        names = tuple(name.strip() for name in re.split(r",(?![^\[\]]*\])", str(value)))
        if not all(names) or len(set(names)) < len(names):
            from polysolv.errors import InputError

            field = param.opts[0] if param is not None else "value"
            raise InputError(field, value, "names of unknowns, separated by commas, each once")
        return names


class FilePath(_ParamType):
    """The name of a file or folder; whoever reads or writes it looks at what is there."""

    name = "path"

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Let the shell complete to the files that there are."""
        from click.shell_completion import CompletionItem

        return [CompletionItem(incomplete, type="file")]


def format_option(*formats: str, default: str) -> Callable[[Command], Command]:
    """Return the ``--format`` option with the given choices."""
    return click.option(
        "--format",
        "style",
        type=Name(formats),
        default=default,
        show_default=True,
        help="Form of the output.",
    )


def output_option(command: Command) -> Command:
    """Add ``-o/--output FILE``."""
    return click.option(
        "-o",
        "--output",
        type=FilePath(),
        default=None,
        help="Write to this file instead of standard output; the file is whole or absent.",
    )(command)


def certificates_option(command: Command) -> Command:
    """Add ``--certificates DIR``."""
    return click.option(
        "--certificates",
        type=FilePath(),
        default=None,
        metavar="DIR",
        help="Save the certificates behind orders, and of what is not identifiable, in this folder; "
        "files and sha256 are then reported.",
    )(command)


def contact_options(command: Command) -> Command:
    """Add ``--m-true`` and ``--weights``: two mixtures that may touch, in place of one true atom."""
    command = click.option(
        "--weights",
        type=Name(["free", "equal"]),
        default=None,
        help="Weights of an atom's cell: equal ones for M from 2 to 8. [default: free]",
    )(command)
    return click.option(
        "--m-true",
        type=IntegerRange(1, 400),
        default=None,
        help="Order of contact of mixtures of M and of M_TRUE atoms, which may all come close. [default: 1]",
    )(command)


class Names(_ParamType):
    """Names separated by commas, some of a fixed set."""

    name = "names"

    def __init__(self, known: Sequence[str]) -> None:
        self.known = list(known)

    def get_metavar(self, param: click.Parameter, ctx: click.Context | None = None) -> str:
        """Show what is expected on the help page."""
        return "NAME,..."

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, ...]:
        """Return the names; whoever uses them refuses an unknown one."""
        return tuple(name.strip() for name in str(value).split(","))

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Complete the last name."""
        before, comma, last = incomplete.rpartition(",")
        return completions([before + comma + name for name in self.known], before + comma + last)


def columns_option(*default: str) -> Callable[[Command], Command]:
    """Return the option ``--columns`` with this default."""
    known = ("published", "pointwise", "minimax", "uniform", "growth")
    return click.option(
        "--columns",
        type=Names(known),
        default=None,
        help=f"Columns of tables, among {', '.join(known)}; JSON and CSV hold all. [default: "
        f"{','.join(default or known)}]",
    )


def emit(text: str, output: str | None) -> None:
    """Print ``text`` on standard output, or write it to the file ``output`` in one step."""
    if not text.endswith("\n"):
        text += "\n"
    if output is None:
        try:
            click.echo(text, nl=False)
        except BrokenPipeError:
            raise
        except OSError as error:
            from polysolv.errors import InputError

            silence_stdout()
            raise InputError("standard output", error.strerror, "a place with room") from None
        return
    from polysolv.files import write_atomically

    write_atomically(output, text, field="--output")


def silence_stdout() -> None:
    """Let what is still to be written to standard output come to nothing, where nothing can be written."""
    import os

    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def refuse_given(when: str, values: Mapping[str, object]) -> None:
    """Refuse an option that is given (not None) where it means nothing: ``when`` says where."""
    from polysolv.errors import InputError

    for name, value in values.items():
        if value is not None:
            raise InputError(name, value, f"nothing {when}")


def on_terminal() -> bool:
    """Return whether standard output is a terminal, so that rich tables are wanted."""
    return sys.stdout.isatty()


class FamilyName(_ParamType):
    """The name of a shipped family."""

    name = "family"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return ``value`` if it names a family."""
        from polysolv.families import catalogue

        if not catalogue.is_name(value):
            raise catalogue.unknown_family("--family", value)
        return str(value)

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Complete to the names of the catalogue."""
        from polysolv.families import catalogue

        return completions(catalogue.names(), incomplete)


class ExportFormat(_ParamType):
    """The name of an export format of a polynomial system; other spellings of a program are accepted."""

    name = "format"

    def get_metavar(self, param: click.Parameter, ctx: click.Context | None = None) -> str:
        """Show the formats on the help page."""
        from polysolv.polynomials.exports import FORMATS

        return "[" + "|".join(FORMATS) + "]"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the canonical name of the format."""
        from polysolv.errors import InputError
        from polysolv.polynomials.exports import canonical_format

        try:
            return canonical_format(str(value))
        except InputError as error:
            field = param.opts[0] if param is not None else error.field
            raise InputError(field, error.value, error.allowed) from None

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Complete to the formats."""
        from polysolv.polynomials.exports import FORMATS

        return completions(list(FORMATS), incomplete)


def density_options(command: Command) -> Command:
    """Add ``--family-file``, ``--density``, ``--support`` and ``--true-atom``."""
    found: Any = click.option(
        "--true-atom",
        multiple=True,
        metavar="NAME=VALUE,...",
        help="A true atom, a rational for every parameter, of --density or of a family without a log-symbol "
        "such as gamma. Repeatable, for atoms that may interact.",
    )(command)
    found = click.option(
        "--support",
        metavar="LOW:HIGH",
        default=None,
        help="With --density: where y takes its values, such as 0:oo, integers or 0,1. [default: -oo:oo]",
    )(found)
    found = click.option(
        "--density",
        metavar="TEXT",
        default=None,
        help="A density of your own: y is the response, x, x1, x2, ... covariates, other names parameters; "
        "with exp, log, sqrt, gamma, erf, besseli, abs, sin, cos.",
    )(found)
    found = click.option(
        "--family-file",
        type=FilePath(),
        default=None,
        help="A family of your own in a TOML or JSON file: name, log_symbol, parameters, covariates, duals; "
        "or name, density, support. See docs/own-families.md.",
    )(found)
    result: Command = found
    return result


def chosen_family(
    family: str | None,
    dim: int | None,
    family_file: str | None,
    density: str | None,
    support: str | None,
    true_atom: tuple[str, ...],
) -> Any:
    """Return the family of a command whose option ``--family`` has no default, from these options."""
    from polysolv.families import Family, resolve
    from polysolv.families.family_file import read_arguments

    if density is not None or support is not None or true_atom:
        named = family is not None
        return _by_density((family, dim), density, support, true_atom, named, family_file)
    if family_file is not None:
        if family is not None:
            raise click.UsageError("--family-file: a family file is given; leave --family out")
        return Family.from_arguments(read_arguments(family_file, "--family-file"))
    return resolve(str(family), dim)


def family_is_named() -> bool:
    """Return whether the command that runs was given ``--family``, even with its default."""
    source = click.get_current_context().get_parameter_source("family")
    return source is click.core.ParameterSource.COMMANDLINE


def family_options(command: Command) -> Command:
    """Add the options that say which family, and what is observed of it; the command gets name or family."""
    from functools import wraps

    @wraps(command)
    def with_family(
        *args: Any,
        family_file: str | None,
        density: str | None,
        support: str | None,
        true_atom: tuple[str, ...],
        relation: tuple[str, ...],
        levels: tuple[str, ...],
        cite: bool,
        **values: Any,
    ) -> Any:
        named = family_is_named()
        if density is not None or support is not None or true_atom:
            given = (None if density is None and not named else values["family"], values.get("dim"))
            values["family"] = _by_density(given, density, support, true_atom, named, family_file)
        elif family_file is not None:
            if named:
                raise click.UsageError("--family-file: a family file is given; leave --family out")
            from polysolv.families import Family
            from polysolv.families.family_file import read_arguments

            values["family"] = Family.from_arguments(read_arguments(family_file, "--family-file"))
        if relation or levels:
            values["family"] = _observed(values["family"], values.get("dim"), relation, levels)
        if cite:
            from polysolv.families.citation import bibtex

            emit(bibtex(values["family"]), values.get("output"))
            return None
        return command(*args, **values)

    with_options: Any = click.option(
        "--cite", is_flag=True, help="Print BibTeX of polysolv and of the papers behind the family instead."
    )(with_family)
    with_options = click.option(
        "--levels",
        multiple=True,
        metavar="NAME=VALUE,...",
        help="The values that a covariate takes, such as x=0,1; short for a relation. Repeatable.",
    )(with_options)
    with_options = click.option(
        "--relation",
        multiple=True,
        metavar="TEXT",
        help="A polynomial in x (x1, x2, ...) and y that vanishes on what is observed, such as x^2 - x or "
        "x2 = x1^2. Repeatable.",
    )(with_options)
    with_options = click.option(
        "--dim",
        type=IntegerRange(1, 100),
        default=None,
        help="Number d of covariates. [default: 1]",
    )(with_options)
    with_options = density_options(with_options)
    result: Command = click.option(
        "--family",
        type=FamilyName(),
        default="softmax-gaussian",
        show_default=True,
        help="Family by name; see `polysolv families`.",
    )(with_options)
    return result


def _by_density(
    given: tuple[Any, int | None],
    density: str | None,
    support: str | None,
    true_atom: tuple[str, ...],
    named: bool,
    family_file: str | None,
) -> Any:
    """Return the family of ``--density``, or a family by name at the atoms of ``--true-atom``."""
    from polysolv.families import Family, resolve
    from polysolv.families.second_order.source import parse_truth

    if density is not None and (named or family_file is not None):
        raise click.UsageError("--density: a density is given; leave --family and --family-file out")
    truths = [parse_truth(text) for text in true_atom]
    if density is not None:
        return Family.from_density_text(density, support or "", truths)
    if support is not None:
        refuse_given("without --density", {"--support": support})
    if family_file is not None or not named:
        raise click.UsageError("--true-atom: give --density, or --family with a family such as gamma")
    return resolve(*given).with_truths(truths)


def _observed(family: Any, dim: int | None, relation: tuple[str, ...], levels: tuple[str, ...]) -> Any:
    """Return the family modulo the relations of ``--relation`` and ``--levels``."""
    from polysolv.families import resolve
    from polysolv.families.observed import levels_text

    texts = [*relation, *map(levels_text, levels)]
    return resolve(family, dim).observed_modulo(texts)


def read_input(path: str, field: str) -> bytes:
    """Return the bytes of a file, or of standard input for ``-``.

    Raises:
        InputError: if the file cannot be read.
    """
    try:
        if path == "-":
            if sys.stdin is None:  # closed, as by <&-
                raise OSError(None, "standard input is closed")
            return sys.stdin.buffer.read()
        with open(path, "rb") as stream:
            return stream.read()
    except OSError as error:
        from polysolv.errors import InputError

        raise InputError(field, path, f"a file that can be read ({error.strerror})") from None
