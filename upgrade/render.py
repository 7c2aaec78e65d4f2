"""Renders one version of the template, in a process of its own: python render.py TEMPLATE OUTPUT ANSWERS.json

Python keeps imported modules: in one process the second version would run the first one's code.
"""

import json
import logging
import sys
from pathlib import Path

from cookiecutter import main as generator


def main(template: Path, output: Path, answers: Path) -> int:
    """Render into OUTPUT; write errors to standard error, as one message."""
    # The user's ~/.cookiecutterrc is not used, and no replay file is written.
    own = {"replay_dir": str(output.parent / "replay"), "cookiecutters_dir": str(output.parent / "templates")}
    # Cookiecutter logs a hook's failure with its own traceback; the hook's own message is enough.
    logging.disable()
    # The answers are known: no interview, and no copy of the template for it.
    generator.run_pre_prompt_hook = lambda template: template
    try:
        generator.cookiecutter(
            str(template),
            no_input=True,
            extra_context=json.loads(answers.read_text(encoding="utf-8")),
            output_dir=str(output),
            default_config=own,
        )
    except Exception as error:
        print(f"{error}".strip() or type(error).__name__, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*(Path(word) for word in sys.argv[1:4])))
