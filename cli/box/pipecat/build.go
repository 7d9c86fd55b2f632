package pipecat

import (
	"fmt"
	"time"
)

const (
	buildPending  = "pending"
	buildBuilding = "building"
	buildSuccess  = "success"
	buildFailed   = "failed"
	buildTimeout  = "timeout"
)

// The phases of a build, by number: when each of them begins.
const (
	startedPhase  = 1
	finishedPhase = 4
)

// build is one cloud build. What becomes of it is known when it is accepted; when, is told by Created and Phase.
type build struct {
	ID         string
	Region     string
	Hash       string
	Dockerfile string
	Size       int64
	Created    time.Time
	Phase      time.Duration // 0 is the emulator's pace
	End        string        // its last status; "" is one that builds for ever
	Error      string
	Lines      []string // of its log, without their times
	Broken     string   // what its bot.py writes when it fails at start; "" as far as can be known without Python
}

func (b *build) after(n int, pace time.Duration) time.Time {
	if b.Phase > 0 {
		pace = b.Phase
	}
	return b.Created.Add(time.Duration(n) * pace)
}

func (b *build) status(now time.Time, pace time.Duration) string {
	switch {
	case now.Before(b.after(startedPhase, pace)):
		return buildPending
	case b.End == "" || now.Before(b.after(finishedPhase, pace)):
		return buildBuilding
	}
	return b.End
}

// log is what has been written by now. The last line comes with the end, the others are spread before it; a build
// without an end stops before its last line.
func (b *build) log(now time.Time, pace time.Duration) []string {
	from, to := b.after(startedPhase, pace), b.after(finishedPhase, pace)
	out := []string{}
	for i, line := range b.Lines {
		at := from.Add(to.Sub(from) * time.Duration(i) / time.Duration(max(1, len(b.Lines)-1)))
		if now.Before(at) || b.End == "" && i == len(b.Lines)-1 {
			break
		}
		out = append(out, fmt.Sprintf("[Container] %s %s", at.UTC().Format("2006/01/02 15:04:05"), line))
	}
	return out
}

const imageBytes = 512 << 20 // of the base image

func (b *build) json(now time.Time, pace time.Duration) map[string]any {
	status, started, ended := b.status(now, pace), b.after(startedPhase, pace), b.after(finishedPhase, pace)
	m := map[string]any{
		"id": b.ID, "organizationId": organization, "status": status, "region": b.Region, "contextHash": b.Hash,
		"dockerfilePath": b.Dockerfile, "contextSizeBytes": b.Size, "createdAt": stamp(b.Created), "updatedAt": stamp(b.Created),
	}
	if status != buildPending {
		m["startedAt"], m["updatedAt"] = stamp(started), stamp(started)
	}
	if status == buildPending || status == buildBuilding {
		return m
	}
	m["completedAt"], m["updatedAt"] = stamp(ended), stamp(ended)
	m["buildDurationSeconds"] = int(ended.Sub(started) / time.Second)
	if status == buildSuccess {
		m["imageUri"] = "000000000000.dkr.ecr." + b.Region + ".amazonaws.com/pipecat-cloud/" + organization + ":" + b.Hash
		m["imageSizeBytes"] = imageBytes + b.Size
	} else {
		m["errorMessage"] = b.Error
	}
	return m
}

func (st *state) build(id string) *build {
	for _, b := range st.Builds {
		if b.ID == id {
			return b
		}
	}
	return nil
}
