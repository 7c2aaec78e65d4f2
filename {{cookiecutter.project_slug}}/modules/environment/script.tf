# The code of the job and of the functions, with a digest in each key: a run in progress keeps the code that it started with.

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

  # Without the provider's default tags: S3 allows 10 tags on an object, other services 50.
  override_provider {
    default_tags {
      tags = {}
    }
  }
}

# The provider uploads local archives one after the other, 5 s for each function (hashicorp/terraform#9364); from
# a bucket, all functions are created at the same time.
# Lambda reads the object with the permissions of the caller that creates or updates a function, so the apply role needs
# s3:GetObject and kms:Decrypt through S3 (buildkite/elastic-ci-stack-for-aws#564): bootstrap/grant_read.tf grants both.
resource "aws_s3_object" "functions" {
  bucket      = module.storage.buckets["script"]
  key         = "lambda/${substr(try(filesha256(local.archives.lambda), ""), 0, 16)}/lambda.zip"
  source      = local.archives.lambda
  source_hash = try(filesha256(local.archives.lambda), null)

  # Without the provider's default tags: S3 allows 10 tags on an object, other services 50.
  override_provider {
    default_tags {
      tags = {}
    }
  }

  # The old code is kept until every function has the new code.
  lifecycle {
    create_before_destroy = true
  }
}

# Linux limits one argument of a process to 128 KiB, and the settings of a thousand columns are longer:
# a job gets the address of its settings. With a digest in the key, a job run keeps the settings that it started with.
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

# Libraries are wheels in files/wheels/, because the network has no path to a package index.
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
