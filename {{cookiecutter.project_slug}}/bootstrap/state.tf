# One folder serves every environment, so `make bootstrap` passes the rest: bucket, key and region.
# At first there is no bucket: then it begins with a state on this machine, and moves it there.
# `encrypt` is not set: it would request a key of S3's own, and the bucket encrypts with ours.
terraform {
  backend "s3" {
    use_lockfile = true
  }
}
