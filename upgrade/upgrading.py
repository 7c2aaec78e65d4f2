"""One upgrade from beginning to end: it renders and forecasts first, and changes the project last."""

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from upgrade import changelog, merge, merged_settings, migrations, tools
from upgrade.answering import Answered, Ask, answered, environments_of
from upgrade.git import run
from upgrade.project import SETTINGS, Project, refuse_unfinished_work
from upgrade.record import RECORD, Record, address, answers_in, private_answers_in, record_in, renewed
from upgrade.refusal import RefusedError
from upgrade.report import Story, difference, end_of_preview, preview_of, way_on
from upgrade.restoring import restored_on_failure
from upgrade.settling import settle, settle_settings
from upgrade.versions import Version, rendered, rendering, version

# What is left to the person is a conflict, or a merged project.yaml that the new version does not accept.
CLEAN, UNSETTLED = 0, 1


@dataclass(frozen=True)
class Order:
    """The requested upgrade; `to` is the version as the person named it, None for the newest."""

    address: str
    to: str | None = None
    preview: bool = False
    branch: str | None = None


def upgrade(project: Project, clone: Path, order: Order, ask: Ask) -> int:
    """Merge the version that the clone has checked out into the project; return the exit code."""
    record = record_in(project)
    old, new = version_of(record, clone), version(clone, "HEAD")
    if old.commit != new.commit and old.has(new):
        return nothing_newer(old, new, order)
    if not order.preview:
        refuse_unfinished_work(project)
        refuse_taken_branch(project, order.branch)
    answers = answered(project, answers_in(record), migrations.crossed(old, new), new.questions(), ask)
    template = address(order.address, project, record.get("template"))
    if (old.commit, record.get("template"), answers_in(record)) == (new.commit, template, answers.answers):
        print(f"The project has version {new.label} and matches {SETTINGS}: nothing to do.")
        return CLEAN
    story = story_of(record, old, new, answers)
    with tempfile.TemporaryDirectory(prefix="upgrade-") as folder:
        # The clone has the new version's files: that is rendered while those of the old one are unpacked.
        private = private_answers_in(record)
        second = rendering(new, answers.answers, private, Path(folder, "new"))
        first = rendering(old, answers_in(record), private, Path(folder, "old"))
        before, after = rendered(first, second)
        renewal = renewed(record, template, followed(record, order, new), new, answers.answers)
        settle(project, record, renewal, before, after)
        settle_settings(project, answers, before, after)
        tools.settle(project, before, after)
        moved = tools.moved(before, after)
        scratch = Path(folder, "trees")
        coming = replace(merge.change(project, before, after, story.title, scratch), moves_folders=not moved.texts)
        forecast = tools.explained(project, merge.forecast(project, coming, scratch), moved)
        forecast = replace(forecast, faults=merged_settings.faults_after(project, forecast))
        return carry_out(project, merge.leaving_deleted(project, coming, forecast, scratch), forecast, story, order)


def version_of(record: Record, clone: Path) -> Version:
    """Return the version of the project."""
    try:
        return version(clone, record["commit"])
    except RefusedError:
        raise RefusedError(
            f"The template does not contain the version that the project has, {record['commit'][:9]}: it is another "
            f"repository, or its history was rewritten. Remove {RECORD}, commit that, and make adopt."
        ) from None


def nothing_newer(old: Version, new: Version, order: Order) -> int:
    """Print that there is nothing newer; refuse an older version that was asked for by name."""
    if order.to:
        raise RefusedError(
            f"The project has {old.label} already, which came after {new.label}: an upgrade only goes forward."
        )
    print(f"The project has {old.label}, and the template has no newer release: nothing to do.")
    return CLEAN


def refuse_taken_branch(project: Project, branch: str | None) -> None:
    """Refuse an existing branch, and a branch without anybody to commit on it."""
    if branch and not run(project.top, "rev-parse", "--verify", "--quiet", f"refs/heads/{branch}").returncode:
        raise RefusedError(f"There is a branch {branch} already: name another, or delete it.")
    if branch and run(project.top, "check-ref-format", "--branch", branch).returncode:
        raise RefusedError(f"{branch} is not a valid branch name.")
    if branch and run(project.top, "var", "GIT_COMMITTER_IDENT").returncode:
        raise RefusedError("git does not know who commits here: set user.name and user.email, or leave BRANCH out.")


def followed(record: Record, order: Order, new: Version) -> str | None:
    """Return what the next upgrade, and cruft, follow: a branch, the new tag if the record names one, else no name."""
    name = order.to or record.get("checkout")
    if name and not run(new.clone, "rev-parse", "--verify", "--quiet", f"refs/remotes/origin/{name}").returncode:
        return name
    is_tag = not run(new.clone, "rev-parse", "--verify", "--quiet", f"refs/tags/{new.label}").returncode
    return new.label if record.get("checkout") and is_tag else None


def story_of(record: Record, old: Version, new: Version, answers: Answered) -> Story:
    """Return the facts of this upgrade for its output."""
    title = f"Upgrade the template from {old.label} to {new.label}"
    if old.commit == new.commit:
        title = f"Sync with {SETTINGS}, template {new.label}"
    remaining = {environment["name"] for environment in answers.settings["environments"]}
    gone = [name for name in environments_of(answers_in(record)) if name not in remaining]
    return Story(title, changelog.notes(old.text("CHANGELOG.md"), new.text("CHANGELOG.md")), gone)


def carry_out(project: Project, coming: merge.Change, forecast: merge.Forecast, story: Story, order: Order) -> int:
    """Show the changes, or make them; return the exit code."""
    print(preview_of(project, story, forecast), flush=True)
    exit_code = CLEAN if forecast.is_clean else UNSETTLED
    if order.preview:
        print(f"\n{difference(project, forecast)}\n\n{end_of_preview(project, forecast)}")
        return exit_code
    merge.refuse_overlooked_edits(project, forecast)
    removed = merge.clear_the_way(project, forecast)
    with restored_on_failure(project, forecast, removed, order.branch):
        merge.merge(project, coming, forecast)
        settings_edited = project.changed().get(project.prefix + SETTINGS) == " M"
        if order.branch and forecast.is_clean:
            merge.commit(project, story.title)
    print("\n" + way_on(story, forecast, order.branch, settings_edited))
    return exit_code
