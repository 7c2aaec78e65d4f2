"""The parts of this machine that the local AWS uses and may see; all others are hidden."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Machine:
    """Java for Spark, and the environment variables that a build gets besides those of CodeBuild."""

    java_home: str | None = None
    build_environment: dict[str, str] = field(default_factory=dict)
