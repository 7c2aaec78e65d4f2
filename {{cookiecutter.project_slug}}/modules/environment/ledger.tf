# The ledger has every version of every file: docs/data-path.md explains its states.

resource "aws_dynamodb_table" "ledger" {
  name         = var.names.ledger
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "file"

  attribute {
    name = "file"
    type = "S"
  }

  attribute {
    name = "open"
    type = "S"
  }

  attribute {
    name = "uploaded_at"
    type = "S"
  }

  # Only waiting and claimed files have the attribute, so finished files cost nothing in the index.
  global_secondary_index {
    name            = "open"
    hash_key        = "open"
    range_key       = "uploaded_at"
    projection_type = "ALL"
  }

  point_in_time_recovery {
    enabled = true
  }

  server_side_encryption {
    enabled     = true
    kms_key_arn = aws_kms_key.this.arn
  }
}
