package pipecat

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"slices"
	"time"

	"github.com/google/uuid"
)

type buildRequest struct {
	UploadID   string `json:"uploadId"`
	Region     string `json:"region"`
	Dockerfile string `json:"dockerfilePath"`
}

// createBuild answers 201 for a new build, and 200 for one of the same context that has succeeded before. The archive
// is read without the lock: it may be large.
func (e *Emulator) createBuild(w http.ResponseWriter, r *http.Request) {
	req := buildRequest{Region: defaultRegion, Dockerfile: "Dockerfile"}
	if json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody)).Decode(&req) != nil {
		write(w, badRequest("Invalid request format"))
		return
	}
	req.Dockerfile = path.Clean(req.Dockerfile)
	if !filepath.IsLocal(filepath.FromSlash(req.Dockerfile)) || !slices.Contains(regionCodes(), req.Region) {
		write(w, badRequest("Invalid parameters"))
		return
	}
	var up upload
	var file *os.File
	a := e.locked(func(now time.Time) (got answer) {
		up, file, got = e.openUpload(req, now)
		return got
	}, false)
	if file != nil {
		found := e.inspect(r.Context(), file, req.Dockerfile)
		_ = file.Close()
		a = e.locked(func(now time.Time) answer { return e.addBuild(req, up, found, now) }, true)
	}
	write(w, a)
}

// openUpload opens what was uploaded, or says why it cannot, or gives the build that there is already.
func (e *Emulator) openUpload(req buildRequest, now time.Time) (upload, *os.File, answer) {
	up := e.state.upload(req.UploadID)
	switch {
	case up == nil:
		return upload{}, nil, badRequest("Upload not found")
	case up.Hash == "":
		return upload{}, nil, badRequest("Build context has not been uploaded")
	case up.Region != req.Region:
		return upload{}, nil, badRequest("Upload is in region '" + up.Region + "' but build is in region '" + req.Region + "'")
	}
	for _, b := range slices.Backward(e.state.Builds) {
		if b.Hash == up.Hash && b.Region == req.Region && b.Dockerfile == req.Dockerfile && b.status(now, e.cfg.Pace) == buildSuccess {
			return *up, nil, e.created(b, now, true)
		}
	}
	file, err := os.Open(e.uploadFile(up.ID))
	if err != nil {
		return upload{}, nil, internal(err)
	}
	return *up, file, answer{}
}

func (e *Emulator) addBuild(req buildRequest, up upload, found verdict, now time.Time) answer {
	b := &build{
		ID: uuid.NewString(), Region: req.Region, Hash: up.Hash, Dockerfile: req.Dockerfile, Size: up.Size,
		Created: now.Truncate(time.Millisecond), End: buildSuccess, Lines: found.lines, Broken: found.broken,
	}
	if found.failure != "" {
		b.End, b.Error = buildFailed, found.failure
	}
	cached := e.spoil(b)
	e.state.Builds = append(e.state.Builds, b)
	e.state.Builds = e.state.Builds[max(0, len(e.state.Builds)-maxBuilds):]
	return e.created(b, now, cached)
}

// spoil has the faults of builds strike a new one; cached is one that somebody else has built before.
func (e *Emulator) spoil(b *build) (cached bool) {
	fail := func(end, text string) {
		b.End, b.Error = end, text
		b.Lines = append(b.Lines[:max(0, len(b.Lines)-1)], "ERROR: "+text)
	}
	if f, hit := e.board.Strike(FaultBuildSlow, b.Region); hit {
		b.Phase = f.For / finishedPhase
	}
	if _, hit := e.board.Strike(FaultBuildFails, b.Region); hit {
		fail(buildFailed, `Docker build failed: process "/bin/sh -c pip install --no-cache-dir -r requirements.txt" did not complete successfully: exit code: 1`)
	}
	if _, hit := e.board.Strike(FaultBuildTimeout, b.Region); hit {
		fail(buildTimeout, "Build timed out")
	}
	if _, hit := e.board.Strike(FaultBuildStuck, b.Region); hit {
		b.End = ""
	}
	if _, hit := e.board.Strike(FaultCachedBuild, b.Region); hit {
		b.Created, b.Phase, b.End, b.Error = b.Created.Add(-time.Hour), 0, buildSuccess, ""
		return true
	}
	return false
}

func (e *Emulator) created(b *build, now time.Time, cached bool) answer {
	status := http.StatusCreated
	if cached {
		status = http.StatusOK
	}
	return answer{status, map[string]any{"build": b.json(now, e.cfg.Pace), "contextHash": b.Hash, "cached": cached}}
}

// verdict is what a build finds out about its context.
type verdict struct {
	lines   []string
	failure string // errorMessage; "" for a build that succeeds
	broken  string // what bot.py writes when it cannot be imported
}

func (e *Emulator) inspect(ctx context.Context, archive *os.File, dockerfile string) verdict {
	c, err := readContext(ctx, archive, dockerfile, e.limits)
	if err != nil {
		text := "Failed to extract build context: " + err.Error()
		return verdict{lines: []string{"Entering phase DOWNLOAD_SOURCE", "ERROR: " + text}, failure: text}
	}
	return c.build(dockerfile)
}
