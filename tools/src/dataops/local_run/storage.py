"""S3 on this machine: moto answers boto3, and Spark reads the same buckets as folders."""

import hashlib
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
from moto.server import ThreadedMotoServer
from output_layout import manifest_key

from dataops.local_aws.glue.java_options import spark_environment
from dataops.local_run import spark_settings


class LocalStorage:
    """The buckets of one environment under one folder; objects are put into moto and into the folder."""

    def __init__(self, folder: Path, address: str) -> None:
        self.folder, self.address = folder, address
        access = {"endpoint_url": address, "aws_access_key_id": "local", "aws_secret_access_key": "local"}
        self.s3 = boto3.client("s3", region_name="eu-west-1", **access)

    def create(self, settings: dict[str, Any]) -> None:
        """Create the buckets of one dataset, if they do not exist."""
        for purpose in ("input", "output", "quarantine"):
            bucket = settings[f"{purpose}_bucket"]
            if bucket not in {each["Name"] for each in self.s3.list_buckets()["Buckets"]}:
                self.s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
                self.s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})

    def upload(self, path: Path, bucket: str, key: str) -> dict[str, Any]:
        """Put one file; return its line of a manifest."""
        body = path.read_bytes()
        stored = self.s3.put_object(Bucket=bucket, Key=key, Body=body)
        copy = self.folder / bucket / key
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(body)
        uploaded_at = self.s3.head_object(Bucket=bucket, Key=key)["LastModified"].isoformat()
        identity = {"version_id": stored["VersionId"], "etag": stored["ETag"].strip('"')}
        return {"bucket": bucket, "key": key, **identity, "size": len(body), "uploaded_at": uploaded_at}

    def put_manifest(self, settings: dict[str, Any], files: list[dict[str, Any]]) -> tuple[str, str]:
        """Write the manifest of a first attempt; return its address and the run."""
        identity = "\n".join(sorted(f"{file['key']}\n{file['version_id']}" for file in files))
        batch = hashlib.sha256(identity.encode()).hexdigest()[:16]
        dataset, run = settings["dataset"], f"{batch}-1"
        manifest = {"version": 1, "run": run, "dataset": dataset, "batch": batch, "files": files}
        key = manifest_key(dataset, run)
        self.s3.put_object(Bucket=settings["output_bucket"], Key=key, Body=json.dumps(manifest).encode())
        return f"s3://{settings['output_bucket']}/{key}", run

    def keep(self, bucket: str) -> None:
        """Copy what boto3 put into a bucket to its folder too, beside Spark's output."""
        for stored in self.s3.list_objects_v2(Bucket=bucket).get("Contents", []):
            copy = self.folder / bucket / stored["Key"]
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(self.s3.get_object(Bucket=bucket, Key=stored["Key"])["Body"].read())

    def process_environment(self, java_home: str | None, input_bytes: int) -> dict[str, str]:
        """The environment variables of a plain `python files/etl.py` on this machine for this many bytes of input."""
        conf, buckets = self.folder / "conf", [bucket["Name"] for bucket in self.s3.list_buckets()["Buckets"]]
        spark_settings.write(conf, self.folder, buckets, "2g", input_bytes)
        changes = {
            "AWS_ENDPOINT_URL": self.address,
            "AWS_ACCESS_KEY_ID": "local",
            "AWS_SECRET_ACCESS_KEY": "local",
            "AWS_DEFAULT_REGION": "eu-west-1",
            **spark_environment(conf, java_home),
            "SPARK_LOCAL_IP": "127.0.0.1",
            "PYSPARK_PYTHON": sys.executable,
        }
        return os.environ | changes | ({"JAVA_HOME": java_home} if java_home else {})


@contextmanager
def local_storage(folder: Path) -> Iterator[LocalStorage]:
    """Local S3 on a free port of this machine, for as long as the block lasts."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        yield LocalStorage(folder, f"http://{host}:{port}")
    finally:
        server.stop()
