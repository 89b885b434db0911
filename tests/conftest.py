"""What tests of several folders share."""

import pytest

from polysolv.cli import cli


@pytest.fixture
def run(capsys):
    """Run the command line in this process; return (exit code, stdout, stderr)."""

    def call(*arguments):
        with pytest.raises(SystemExit) as caught:
            cli.main([str(a) for a in arguments], prog_name="polysolv")
        captured = capsys.readouterr()
        return caught.value.code, captured.out, captured.err

    return call
