# The state of the delivery account's part; Terraform wants literals here.
# `encrypt` is not set: it would request a key of S3's own, and the bucket encrypts with ours.
terraform {
  backend "s3" {
    bucket       = "{{ backend('pipeline').bucket }}"
    key          = "{{ backend('pipeline').key }}"
    region       = "{{ backend('pipeline').region }}"
    use_lockfile = true
  }
}
