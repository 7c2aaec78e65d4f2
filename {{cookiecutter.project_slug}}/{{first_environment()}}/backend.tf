# The only file in which environments differ, because Terraform requires literals here.
# `encrypt` is not set: it would request a key of S3's own, and the bucket encrypts with ours.
terraform {
  backend "s3" {
    bucket       = "{{ backend().bucket }}"
    key          = "{{ backend().key }}"
    region       = "{{ backend().region }}"
    use_lockfile = true
  }
}
