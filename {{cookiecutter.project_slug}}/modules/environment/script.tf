# The job's code, under a name that holds its content: a run that is under way keeps the code it began with.

locals {
  _script  = "${var.root}/files/etl.py"
  _archive = local.archives.transforms
  _code    = substr(sha256(join("", [filesha256(local._script), try(filesha256(local._archive), "")])), 0, 16)
  _wheels  = fileset("${var.root}/files/wheels", "*.whl")

  scripts = {
    etl        = "s3://${var.buckets.script}/${aws_s3_object.code["etl.py"].key}"
    transforms = "s3://${var.buckets.script}/${aws_s3_object.code["transforms.zip"].key}"
    wheels     = [for wheel in aws_s3_object.wheel : "s3://${var.buckets.script}/${wheel.key}"]
  }
}

resource "aws_s3_object" "code" {
  for_each = { "etl.py" = local._script, "transforms.zip" = local._archive }

  bucket      = module.storage.buckets["script"]
  key         = "etl/${local._code}/${each.key}"
  source      = each.value
  source_hash = try(filesha256(each.value), null)

  # The environment's tags would come along: AWS allows 10 tags on an object, 50 on everything else.
  override_provider {
    default_tags {
      tags = {}
    }
  }
}

# Libraries travel as wheels in files/wheels/: a network without a way out reaches no package index.
resource "aws_s3_object" "wheel" {
  for_each = local._wheels

  bucket      = module.storage.buckets["script"]
  key         = "wheels/${filesha256("${var.root}/files/wheels/${each.key}")}/${each.key}"
  source      = "${var.root}/files/wheels/${each.key}"
  source_hash = filesha256("${var.root}/files/wheels/${each.key}")

  override_provider {
    default_tags {
      tags = {}
    }
  }
}
