// Nothing here is compiled: go.sum pins the archives whose manifests the rig installs. `go mod tidy` would empty this file.
module rig/crds

go 1.26.0

require (
	github.com/cert-manager/cert-manager v1.21.2
	istio.io/api v1.29.2
	sigs.k8s.io/gateway-api v1.5.1
)
