"""Reads YAML as Terraform does: a key listed twice is refused, and a number keeps its digits."""

from typing import Any

import yaml

from dataops.validation.written_number import WrittenNumber, written_number


class Unreadable(str):
    """A text that looks like JSON or YAML and cannot be parsed as such."""

    why = ""


class SafeLoaderOfUniqueKeys(yaml.SafeLoader):
    """PyYAML silently keeps the last of two equal keys; a lost answer must be refused."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        twice = next((key for number, key in enumerate(keys) if key in keys[:number]), None)
        if twice is not None:
            raise yaml.constructor.ConstructorError(None, None, f"{twice} is listed twice", node.start_mark)
        return super().construct_mapping(node, deep)


class LoaderOfProjectYaml(SafeLoaderOfUniqueKeys):
    """Keeps the digits of numbers too."""

    def construct_yaml_float(self, node: yaml.ScalarNode) -> WrittenNumber:
        return written_number(node.value, super().construct_yaml_float(node))


LoaderOfProjectYaml.add_constructor("tag:yaml.org,2002:float", LoaderOfProjectYaml.construct_yaml_float)
