"""The command `dataops`: every verb of a project. The module of a verb is loaded when the verb is called."""

import importlib
import os
from pathlib import Path
from typing import Any, NamedTuple

import click
from click.shell_completion import CompletionItem


class Verb(NamedTuple):
    """The definition of a command, as `module` (its main) or `module:name`, and its description in one line."""

    target: str
    sentence: str


Sections = dict[str, dict[str, Verb]]

# The groups of `make help`.
VERBS: Sections = {
    "First day": {
        "try": Verb("local_run.trial", "Try a file: columns, types, keys, refused rows, the lines of project.yaml."),
        "dataset": Verb("development.template:dataset", "Ask about a new dataset and write it into project.yaml."),
        "local": Verb("local_run.platform", "Run the whole platform on this machine, over samples or your own files."),
        "local-down": Verb("local_run.platform:local_down", "Stop the local AWS."),
        "query": Verb("local_run.query", "Query with SQL what was published, here or in Athena on AWS."),
        "download": Verb("local_run.query:download", "Save the result of a query as CSV or Parquet."),
        "pipeline-demo": Verb(
            "local_run.pipeline_demo", "Run the whole delivery on this machine, with your approvals."
        ),
    },
    "Every day": {
        "check": Verb(
            "development.checks:check",
            "Check project.yaml, the files that follow it, lint, format and types; changes nothing.",
        ),
        "fix": Verb(
            "development.checks:fix", "Fix what check finds, where a program can; redraw what follows project.yaml."
        ),
        "test": Verb("development.tests:test", "Run the project's own tests."),
        "run": Verb("local_run.run_etl", "Run the ETL alone, on local Spark."),
        "cost": Verb("cost.command", "Estimate what a month costs, and what would save most."),
        "diagram": Verb("diagram.architecture", "Draw docs/architecture.svg from project.yaml."),
        "contract": Verb("development.data_contract", "Write each dataset as a data contract into contracts/."),
        "test-platform": Verb(
            "development.tests:test_platform", "Test the whole platform on a local AWS, with injected faults."
        ),
        "test-delivery": Verb(
            "development.tests:test_delivery", "Test the whole delivery on a local AWS, from commit to prod."
        ),
        "soak": Verb("development.tests:soak", "Test two hundred random schedules of faults."),
    },
    "At night": {
        "where": Verb("operations.where", "Find a file: its state, the reason, its rows."),
        "report": Verb("operations.environment_report", "Write the report of an environment, here or on AWS."),
        "redrive": Verb("operations.redrive", "Return messages from the dead-letter queues to processing."),
        "names": Verb("operations.names", "Print the names of an environment for the commands of the runbook."),
        "logs": Verb("operations.logs", "Run the saved log query of a section of the runbook."),
        "prove": Verb("operations.prove", "Say whether the fault of a section of the runbook is over."),
        "provoke": Verb(
            "local_run.provoke", "Inject a fault into the local AWS until its alarm is active, or take it back."
        ),
    },
    "On AWS": {
        "doctor": Verb("operations.doctor.command", "Check an account for what would stop a deployment; reads only."),
        "bootstrap": Verb("delivery.bootstrap", "Create what the pipeline needs in an account, once."),
        "bootstrap-remove": Verb("delivery.bootstrap_removal", "Remove what bootstrap created."),
        "pipeline": Verb("delivery.pipeline", "Create or update the delivery pipeline."),
        "push": Verb("delivery.push", "Push this branch to the project's repository."),
        "plan": Verb("development.infrastructure:plan", "Show what Terraform would change in one environment."),
        "deployed": Verb("delivery.deployed", "Show which commit is deployed where, and what waits for approval."),
        "rollback": Verb("delivery.rollback", "Open a pull request that reverts to an earlier commit."),
        "destroy": Verb("delivery.destroy", "Destroy an environment and its data."),
    },
    "Builds": {
        "build": Verb("development.infrastructure:build", "Build the archives that Terraform uploads."),
        "validate": Verb("delivery.validate", "Run Terraform's own checks of every root."),
        "delivery": Verb("command_line:delivery", "Run one build of the pipeline."),
    },
    "Packages and template": {
        "lock": Verb("development.packages", "Update the lock files after a change of a requirements.txt."),
        "upgrade": Verb("development.template:upgrade", "Merge a newer version of the template."),
        "sync": Verb("development.template:sync", "Update the folders after a change of project.yaml."),
        "adopt": Verb("development.template:adopt", "Write the record that a project needs to be upgraded."),
    },
}
BUILDS: Sections = {
    "Builds": {
        "plan": Verb("delivery.plan", "Plan one environment and pack what people approve."),
        "apply": Verb("delivery.apply", "Apply the approved plan."),
        "smoke": Verb("delivery.smoke", "Send one file through the deployed chain."),
        "notify": Verb("delivery.notify", "Notify people of what was delivered."),
        "drift": Verb("delivery.drift", "Compare every environment with the commit that is deployed there."),
        "pull-request": Verb("delivery.pull_request", "Check and plan a pull request."),
    },
}
# These run before `dataops` is installed, or in a virtual environment of their own.
ONLY_BY_MAKE = ("scan", "setup", "tools", "tools-source", "tools-verify")


class LazyGroup(click.Group):
    """A group whose help and completion come from a table, so that they import no command."""

    def __init__(self, *, sections: Sections, **given: Any) -> None:
        super().__init__(**given)
        self.sections = sections

    def verbs(self) -> dict[str, Verb]:
        """Return every verb of every section."""
        return {name: verb for section in self.sections.values() for name, verb in section.items()}

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names, in the order of the help."""
        return list(self.verbs())

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command."""
        verb = self.verbs().get(cmd_name)
        if verb is None:
            return None
        if not Path("project.yaml").is_file():
            if ctx.resilient_parsing:
                return None
            raise click.ClickException(f"{Path.cwd()} has no project.yaml: run dataops in the folder of a project.")
        return loaded(verb.target)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command of a word; compare an unknown word with the names of the table."""
        if args[0] in ONLY_BY_MAKE:
            raise click.UsageError(f"`make {args[0]}` does this: it works without an installed dataops.", ctx)
        if args[0] not in self.verbs() and not args[0].startswith("-"):
            raise click.NoSuchCommand(args[0], possibilities=self.verbs(), ctx=ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the verbs by section."""
        width = max(map(len, self.verbs()))
        for title, section in self.sections.items():
            with formatter.section(title):
                formatter.write_dl([(name.ljust(width), verb.sentence) for name, verb in section.items()])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Return the verbs and options that begin with the incomplete word."""
        found = [CompletionItem(name, help=verb.sentence) for name, verb in self.verbs().items()]
        options = click.Command.shell_complete(self, ctx, incomplete)
        return [item for item in found if item.value.startswith(incomplete)] + options


def loaded(target: str) -> click.Command:
    """Return the command of a place. A plain function has no options; its module's docstring is the help."""
    name, _, attribute = target.partition(":")
    try:
        module = importlib.import_module(f"dataops.{name}")
    except ModuleNotFoundError as error:
        raise click.ClickException(
            f"The module {error.name} is missing. Run `make setup`; if that does not help, "
            "the tools and the project are of different versions: `make upgrade`."
        ) from error
    found = getattr(module, attribute or "main")
    return found if isinstance(found, click.Command) else click.Command(name, callback=found, help=module.__doc__)


delivery = LazyGroup(
    name="delivery",
    sections=BUILDS,
    help="One build of the pipeline, as buildspecs/ calls it. AWS CodeBuild runs these.",
)
dataops = LazyGroup(
    name="dataops",
    sections=VERBS,
    context_settings={"max_content_width": 120},
    help="Develop, run, operate and deliver this project. `make VERB` does the same.",
)


def main() -> None:
    """Run a command. The Terraform that `make tools` has downloaded comes first in PATH, as in the Makefile."""
    os.environ["PATH"] = os.pathsep.join([str(Path.cwd() / ".tools"), os.environ.get("PATH", os.defpath)])
    dataops(prog_name="dataops")
