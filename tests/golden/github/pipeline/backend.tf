# The state of the delivery account's part; Terraform wants literals here.
# `encrypt` is not set: it would request a key of S3's own, and the bucket encrypts with ours.
terraform {
  backend "s3" {
    bucket       = "acme-sales-pipeline-state-111111111111"
    key          = "acme-sales/pipeline/terraform.tfstate"
    region       = "eu-west-1"
    use_lockfile = true
  }
}
