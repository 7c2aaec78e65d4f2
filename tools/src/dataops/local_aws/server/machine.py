"""What the local AWS needs from this machine, and may see of it; everything else stays hidden."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Machine:
    """Java for Spark, and the environment variables that a build gets beside those of CodeBuild."""

    java_home: str | None = None
    build_environment: dict[str, str] = field(default_factory=dict)
