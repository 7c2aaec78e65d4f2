"""The notification of columns that differ from those that project.yaml declares."""

from runtime.aws import full_name

from notifications.message import TODAY, Message, cut
from notifications.origin import Origin

MOST_LINES = 20


def drift_found(origin: Origin, dataset: str, changes: tuple[str, ...], stops: bool) -> Message:
    """Return the notification; `stops`: no run starts until somebody has decided."""
    crawler = full_name(origin.prefix, dataset)
    goes_on = "The run continues: the job reads the declared columns, and its report lists the result for each file."
    waits = "No run starts, because on_drift is stop. No file is lost: all wait."
    decide = [
        "Either change the columns in project.yaml and deploy,",
        f"or remove the file and start the crawler: aws glue start-crawler --name {crawler}",
        "The run starts automatically within 15 minutes after both agree.",
    ]
    return Message(
        kinds=("drift found",),
        origin=origin,
        about=dataset,
        headline="drift, files wait" if stops else "drift",
        facts=[
            "The columns of the files differ from project.yaml:",
            *cut(list(changes), MOST_LINES, "difference"),
            waits if stops else goes_on,
        ],
        next_steps=decide if stops else ['What each difference means: docs/data-path.md, "Drift".'],
        links={"crawler": origin.crawler(dataset)},
        urgency=TODAY if stops else "",
        values={"drift": list(changes), "stops": stops},
    )
