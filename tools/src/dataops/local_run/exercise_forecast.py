"""What an exercise will do, in sentences, before it begins: what it shares with the team, and which alarms follow."""

from typing import Any, NamedTuple

Row = dict[str, Any]
NOTHING_SHARED = "It touches no queue, Lambda or rule that your datasets use."
BY_THE_SWEEP = "within an hour, because the sweep measures nothing meanwhile"


class Follows(NamedTuple):
    """Alarms that will be active too, by the end of their names, and when."""

    ending: str
    when: str


# Why an exercise cannot keep to the dataset of the exercises.
SHARED = {
    "dead-letters": "All datasets share the queue of uploads. It gets one message that is no upload; until that is "
    "refused, a message that start_crawler does not finish comes back after a second.",
    "old-messages": "All datasets share the queue of uploads. Until you fix it, start_crawler takes nothing from it; "
    "uploads wait there, and the sweep finds those that are older than 15 minutes.",
    "files-waiting": "The alarm is active only if no sweep measures: the sweeps of all datasets stop.",
    "runs-timed-out": "Runs of all datasets wait for some seconds, until this one is at work.",
    "run-slow": "Runs of all datasets wait for some seconds, until this one is at work.",
    "lambda-errors": "All datasets share the sweep. It fails; events still bring files to their runs.",
    "lambda-slow": "All datasets share the sweep. One call is recorded as slow.",
    "lambda-throttled": "All datasets share the sweep. It does not run; events still bring files to their runs.",
    "endpoint-unreachable": "All datasets share check_connections. It is given a wrong address; jobs are not.",
    "connection-unreachable": "All datasets share check_connections. It is given a wrong address; jobs are not.",
    "connections-rejected": "The network's flow log gets made-up lines; no connection is rejected.",
    "notifications-failed": "All datasets share the notifications. One message reaches nobody.",
    "notify-failing": "All datasets share notify. Until you fix it, no other alarm is notified.",
}


# Of sections with an alarm for each queue or Lambda: the end of the name of the one that the exercise is about.
MEANT = {"dead-letters": "-uploads-dead-letters", "lambda-errors": "-sweep-errors"}


def meant(section: str, alarms: list[str]) -> list[str]:
    """The alarms of a section that its exercise makes active."""
    return [name for name in alarms if name.endswith(MEANT.get(section, ""))]


def followed_by(section: str, monitoring: Row) -> list[Follows]:
    """The other alarms that will be active."""
    minutes = monitoring["longest_wait"] // 60
    unswept = [Follows("-files-waiting", BY_THE_SWEEP), Follows("-late", BY_THE_SWEEP)]
    match section:
        case "files-waiting":
            return unswept[1:]
        case "crawl-long":
            return [
                Follows("-files-waiting", f"after {minutes} minutes, because the file waits for the crawl"),
                Follows("-crawl-failing", "when you stop the crawl, until the next one has ended"),
            ]
        case "runs-timed-out" if monitoring["failed_runs"] <= 1:
            return [Follows("-runs-failed", "at the same time, because such a run has failed too")]
        case "lambda-errors":
            return [*unswept, Follows("-events-dead-letters", "some minutes after the next sweep of any dataset")]
        case "lambda-throttled":
            return [*unswept, Follows("-events-dead-letters", "after some hours, when AWS gives up the calls")]
        case "notify-failing":
            return [
                Follows("-events-dead-letters", "some minutes later, when AWS gives up the calls of notify"),
                Follows("-notify-errors", "within 15 minutes, if more than one message comes"),
            ]
    return []


def announced(section: str, dataset: str, environment: str, monitoring: Row, own: list[str], all: list[str]) -> str:
    """What an exercise will do; `own` are the alarms that it makes active, of all that the environment has."""
    found = [
        (sorted(name for name in all if name.endswith(follows.ending) and name not in own), follows.when)
        for follows in followed_by(section, monitoring)
    ]
    others = [f"Active too, {when}: {', '.join(names)}." for names, when in found if names]
    return "\n".join(
        [
            f"Exercise {section}, on the dataset {dataset}, which the smoke test uses: no row gets into your tables.",
            SHARED.get(section, NOTHING_SHARED),
            f"Will be active: {', '.join(own)}.",
            *(others or ["No other alarm will be active."]),
            f"To take everything back: make provoke UNDO=1 ENV={environment}",
        ]
    )
