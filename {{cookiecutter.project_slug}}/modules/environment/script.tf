# The code of the job and of the functions, under names that hold its content: a run that is under way keeps the code it began with.

locals {
  _script  = "${var.root}/files/etl.py"
  _archive = local.archives.transforms
  _code    = substr(sha256(join("", [filesha256(local._script), try(filesha256(local._archive), "")])), 0, 16)
  _wheels  = fileset("${var.root}/files/wheels", "*.whl")

  scripts = {
    etl        = "s3://${var.buckets.script}/${aws_s3_object.code["etl.py"].key}"
    transforms = "s3://${var.buckets.script}/${aws_s3_object.code["transforms.zip"].key}"
    wheels     = [for wheel in aws_s3_object.wheel : "s3://${var.buckets.script}/${wheel.key}"]
    settings   = { for name, settings in aws_s3_object.settings : name => "s3://${var.buckets.script}/${settings.key}" }
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

# The provider uploads local archives one after another and waits 5 s for each function (hashicorp/terraform#9364): from
# a bucket, all functions are made at the same time.
# Lambda reads the object with the rights of whoever makes a function or changes its code, so the apply role needs
# s3:GetObject and kms:Decrypt through S3 (buildkite/elastic-ci-stack-for-aws#564): bootstrap/grant_read.tf grants both.
resource "aws_s3_object" "functions" {
  bucket      = module.storage.buckets["script"]
  key         = "lambda/${substr(try(filesha256(local.archives.lambda), ""), 0, 16)}/lambda.zip"
  source      = local.archives.lambda
  source_hash = try(filesha256(local.archives.lambda), null)

  # The environment's tags would come along: AWS allows 10 tags on an object, 50 on everything else.
  override_provider {
    default_tags {
      tags = {}
    }
  }

  # The old code stays until every function has the new code.
  lifecycle {
    create_before_destroy = true
  }
}

# A process of Linux takes at most 128 KiB in one argument, and the settings of a thousand columns are longer:
# a job gets the address of its settings. The digest in the key gives each job run the settings that it began with.
resource "aws_s3_object" "settings" {
  for_each = var.job_settings

  bucket       = module.storage.buckets["script"]
  key          = "settings/${each.key}/${substr(sha256(jsonencode(each.value)), 0, 16)}.json"
  content      = jsonencode(each.value)
  content_type = "application/json"

  override_provider {
    default_tags {
      tags = {}
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

# Libraries are wheels in files/wheels/: a network without internet access reaches no package index.
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
