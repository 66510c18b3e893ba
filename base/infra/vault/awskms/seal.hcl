# Which key, and where, is in VAULT_AWSKMS_SEAL_KEY_ID and AWS_REGION.
seal "awskms" {}
