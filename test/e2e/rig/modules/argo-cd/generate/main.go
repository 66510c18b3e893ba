// Asks Argo CD's repo-server, or a cmp-server alone, for manifests through Argo CD's own clients: requests in as JSON, answers out.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"sync"
	"time"

	cmpserver "github.com/argoproj/argo-cd/v3/cmpserver/apiclient"
	reposerver "github.com/argoproj/argo-cd/v3/reposerver/apiclient"
	"github.com/argoproj/argo-cd/v3/util/cmp"
	"github.com/argoproj/argo-cd/v3/util/tls"
)

type input struct {
	RepoServer string    `json:"repoServer"`
	Concurrent int       `json:"concurrent"`
	Seconds    float64   `json:"seconds"`
	Requests   []request `json:"requests"`
}

type request struct {
	// Of repo-server, as the controller asks on a hard refresh.
	Application *reposerver.ManifestRequest `json:"application"`
	// Of the cmp-server at this socket, as repo-server asks: what lies below the root is streamed.
	Socket  string   `json:"socket"`
	Root    string   `json:"root"`
	Folder  string   `json:"folder"`
	Env     []string `json:"env"`
	Exclude []string `json:"exclude"`
}

type answer struct {
	Manifests    []string `json:"manifests"`
	Revision     string   `json:"revision,omitempty"`
	Error        string   `json:"error,omitempty"`
	Milliseconds float64  `json:"milliseconds"`
	Bytes        int      `json:"bytes,omitempty"`
	Chunks       int      `json:"chunks,omitempty"`
}

// counter counts what is streamed.
type counter struct {
	cmpserver.ConfigManagementPluginService_GenerateManifestClient
	answer *answer
}

func (c counter) Send(message *cmpserver.AppStreamRequest) error {
	if file := message.GetFile(); file != nil {
		c.answer.Bytes += len(file.Chunk)
		c.answer.Chunks++
	}
	return c.ConfigManagementPluginService_GenerateManifestClient.Send(message)
}

func (r request) askRepoServer(ctx context.Context, client reposerver.RepoServerServiceClient, to *answer) error {
	response, err := client.GenerateManifest(ctx, r.Application)
	if err == nil {
		to.Manifests, to.Revision = response.Manifests, response.Revision
	}
	return err
}

func (r request) askPlugin(ctx context.Context, to *answer) error {
	connection, client, err := cmpserver.NewConfigManagementPluginClientSet(r.Socket).NewConfigManagementPluginClient()
	if err != nil {
		return err
	}
	defer connection.Close()
	stream, err := client.GenerateManifest(ctx)
	if err != nil {
		return err
	}
	if err := cmp.SendRepoStream(ctx, r.Folder, r.Root, counter{stream, to}, r.Env, r.Exclude); err != nil {
		return err
	}
	response, err := stream.CloseAndRecv()
	if err == nil {
		to.Manifests = response.Manifests
	}
	return err
}

func run() error {
	var in input
	if err := json.NewDecoder(os.Stdin).Decode(&in); err != nil {
		return err
	}
	var repoServer reposerver.RepoServerServiceClient
	if in.RepoServer != "" {
		connection, client, err := reposerver.NewRepoServerClientset(in.RepoServer, 0, tls.Configuration{DisableTLS: true}).NewRepoServerClient()
		if err != nil {
			return err
		}
		defer connection.Close()
		repoServer = client
	}
	answers := make([]answer, len(in.Requests))
	next := make(chan int)
	var workers sync.WaitGroup
	for range max(in.Concurrent, 1) {
		workers.Go(func() {
			for i := range next {
				ctx, cancel := context.WithTimeout(context.Background(), time.Duration(in.Seconds*float64(time.Second)))
				start := time.Now()
				var err error
				if in.Requests[i].Application != nil {
					err = in.Requests[i].askRepoServer(ctx, repoServer, &answers[i])
				} else {
					err = in.Requests[i].askPlugin(ctx, &answers[i])
				}
				answers[i].Milliseconds = float64(time.Since(start).Microseconds()) / 1000
				if err != nil {
					answers[i].Error = err.Error()
				}
				cancel()
			}
		})
	}
	for i := range in.Requests {
		next <- i
	}
	close(next)
	workers.Wait()
	return json.NewEncoder(os.Stdout).Encode(answers)
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
