# The only file in which environments differ, because Terraform requires literals here.
# `encrypt` is not set: it would request a key of S3's own, and the bucket encrypts with ours.
terraform {
  backend "s3" {
    bucket       = "acme-sales-dev-state-111111111111"
    key          = "acme-sales/dev/terraform.tfstate"
    region       = "eu-west-1"
    use_lockfile = true
  }
}
