# The catalog database, the security configuration of Glue, and the connections of jobs and crawlers.

resource "aws_glue_catalog_database" "this" {
  name        = var.names.database
  description = "${var.project.slug}: the published tables, and what the crawlers saw"
}

resource "aws_glue_security_configuration" "this" {
  name = var.names.security

  encryption_configuration {
    cloudwatch_encryption {
      cloudwatch_encryption_mode = "SSE-KMS"
      kms_key_arn                = aws_kms_key.this.arn
    }

    job_bookmarks_encryption {
      job_bookmarks_encryption_mode = "CSE-KMS"
      kms_key_arn                   = aws_kms_key.this.arn
    }

    s3_encryption {
      s3_encryption_mode = "SSE-KMS"
      kms_key_arn        = aws_kms_key.this.arn
    }
  }
}

resource "aws_glue_connection" "network" {
  name            = var.names.connection
  connection_type = "NETWORK"

  physical_connection_requirements {
    availability_zone      = local.home.zone
    subnet_id              = local.home.subnet
    security_group_id_list = [aws_security_group.work.id]
  }
}

# The credentials are read from the secret when a job connects: they are never in a plan or in the state.
resource "aws_glue_connection" "jdbc" {
  for_each = var.environment.jdbc

  name            = "${var.prefix}-${each.key}"
  connection_type = "JDBC"

  connection_properties = {
    JDBC_CONNECTION_URL = each.value.url
    JDBC_ENFORCE_SSL    = "true"
    SECRET_ID           = each.value.secret
  }

  physical_connection_requirements {
    availability_zone      = local.home.zone
    subnet_id              = local.home.subnet
    security_group_id_list = [aws_security_group.work.id]
  }
}
