# One folder serves every environment, so `make bootstrap` passes the rest: bucket, key and region.
# Before the bucket exists, the state is on this machine; afterwards `make bootstrap` moves it there.
# `encrypt` is not set: it would request a key of S3's own, and the bucket encrypts with ours.
terraform {
  backend "s3" {
    use_lockfile = true
  }
}
