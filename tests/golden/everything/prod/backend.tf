# The only file in which environments differ, because Terraform requires literals here.
# `encrypt` is not set: it would request a key of S3's own, and the bucket encrypts with ours.
terraform {
  backend "s3" {
    bucket       = "acme-sales-prod-state-222222222222"
    key          = "acme-sales/prod/terraform.tfstate"
    region       = "eu-central-1"
    use_lockfile = true
  }
}
