"""The files' columns differ from those that project.yaml declares."""

from runtime.aws import full_name

from notifications.message import Message, cut
from notifications.place import Place

MOST_LINES = 20


def drift_found(place: Place, dataset: str, changes: tuple[str, ...], stops: bool) -> Message:
    """`stops`: no run starts until somebody has decided."""
    crawler = full_name(place.prefix, dataset)
    goes_on = "The run continues: the job reads the declared columns, and its report lists the result for each file."
    waits = "No run starts, because on_drift is stop. No file is lost: all wait."
    decide = [
        "Either change the columns in project.yaml and deploy,",
        f"or remove the file and start the crawler: aws glue start-crawler --name {crawler}",
        "The run starts automatically within 15 minutes after both agree.",
    ]
    return Message(
        kinds=("drift found",),
        place=place,
        about=dataset,
        headline="drift, files wait" if stops else "drift",
        facts=[
            "The columns of the files differ from project.yaml:",
            *cut(list(changes), MOST_LINES, "difference"),
            waits if stops else goes_on,
        ],
        next_steps=decide if stops else ['What each difference means: docs/data-path.md, "Drift".'],
        links={"crawler": place.crawler(dataset)},
        values={"drift": list(changes), "stops": stops},
    )
