path "secret/data/platform/iam/jwt-keys" {
  capabilities = ["create", "read", "update"]
}
path "secret/metadata/platform/iam/jwt-keys" {
  capabilities = ["create", "read", "update"]
}
# Where a key pair is made, taken out, and forgotten.
path "jwt-rotation/keys/*" {
  capabilities = ["create", "read", "update", "delete"]
}
path "jwt-rotation/export/signing-key/*" {
  capabilities = ["read"]
}
