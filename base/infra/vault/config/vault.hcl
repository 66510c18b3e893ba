# Its node's name and addresses come from the pod's environment (VAULT_RAFT_NODE_ID, VAULT_API_ADDR, VAULT_CLUSTER_ADDR).
# How it unseals stands in a file beside this one, where it is not by hand: docs/vault.md.

# Nobody administers by clicking what is in git.
ui = false

# Advised for Raft, whose files are mapped into memory; nodes have no swap.
disable_mlock = true

pid_file = "/vault/run/vault.pid"

storage "raft" {
  path = "/vault/data"

  retry_join {
    leader_api_addr     = "https://vault-0.vault-internal.platform-infra.svc.cluster.local:8200"
    leader_ca_cert_file = "/vault/tls/ca.crt"
  }
  retry_join {
    leader_api_addr     = "https://vault-1.vault-internal.platform-infra.svc.cluster.local:8200"
    leader_ca_cert_file = "/vault/tls/ca.crt"
  }
  retry_join {
    leader_api_addr     = "https://vault-2.vault-internal.platform-infra.svc.cluster.local:8200"
    leader_ca_cert_file = "/vault/tls/ca.crt"
  }
}

listener "tcp" {
  address         = "0.0.0.0:8200"
  cluster_address = "0.0.0.0:8201"
  tls_cert_file   = "/vault/tls/tls.crt"
  tls_key_file    = "/vault/tls/tls.key"
}

service_registration "kubernetes" {}
