package app

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"readme/cli/plan"
	"readme/cli/release"
)

// savedVersion is that of the files that plan --out writes.
const savedVersion = 1

// maxSaved is how much of such a file is read: far more than the largest plan.
const maxSaved = 64 << 20

// savedPlan is such a file. It holds no secret, and stands for an approval: nobody else may read or change it.
type savedPlan struct {
	Version int           `json:"readme_ops_plan"`
	Program string        `json:"program"`
	By      string        `json:"by"`
	At      time.Time     `json:"at"`
	Plan    *release.Plan `json:"plan"`
}

// savePlan writes a plan for release --plan, as a whole or not at all.
func (a *app) savePlan(ctx context.Context, p *project, made release.Plan, file string) error {
	path := a.path(file)
	if src, err := a.source(ctx, p); err == nil && !src.Ignores(ctx, path) {
		return &release.Fault{
			Title:  "a plan that is saved in " + file + " would be a change of the work tree",
			Detail: "git does not ignore it there, so the plan would be overtaken by its own file",
			Try:    "readme-ops plan --env " + made.Env + " --out " + filepath.Join(p.near, ".readme-ops", made.Env+".plan"), Exit: release.ExitUsage,
		}
	}
	raw, err := json.MarshalIndent(savedPlan{savedVersion, version(), a.sys.who(), time.Now().UTC().Round(time.Second), &made}, "", "  ")
	if err != nil {
		return err
	}
	if strings.HasPrefix(path, filepath.Join(p.home, ".readme-ops")+string(filepath.Separator)) {
		_ = os.MkdirAll(filepath.Dir(path), 0o700) // ours: a failure shows below
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), ".plan-*") // 0600
	if err != nil {
		return onDisk("save the plan", filepath.Dir(path), unwritten(file, err))
	}
	defer func() { _ = os.Remove(tmp.Name()) }()
	_, err = tmp.Write(append(raw, '\n'))
	if err = errors.Join(err, tmp.Close()); err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	if err != nil {
		return onDisk("save the plan", filepath.Dir(path), unwritten(file, err))
	}
	_, _ = fmt.Fprintf(a.sys.Err, "saved in %s; it is carried out, exactly as it is, by: readme-ops release --plan %s\n", file, release.ShellWord(file))
	return nil
}

func unwritten(file string, err error) error {
	return &release.Fault{
		Title: "cannot save the plan in " + file, Detail: err.Error(), Cause: err,
		Try: "ls -ld " + release.ShellWord(filepath.Dir(file)), Exit: release.ExitUsage,
	}
}

// path is a file that a person named, from where they stand.
func (a *app) path(file string) string {
	if filepath.IsAbs(file) {
		return file
	}
	return filepath.Join(a.sys.Dir, file)
}

// readSaved reads the plan that --plan names, and with it the environment.
func (a *app) readSaved(f *releaseFlags) error {
	if f.file == "" {
		return nil
	}
	if f.yes || f.approve != "" {
		return usage("--plan is an approval by itself, and --yes and --approve exclude it", "readme-ops release --help")
	}
	saved, err := a.loadSaved(f.file)
	if err != nil {
		return err
	}
	if env := a.named(); env != "" && env != saved.Plan.Env {
		return usage(fmt.Sprintf("the plan in %s is one of %s, not of %s", f.file, saved.Plan.Env, env), "readme-ops release --plan "+release.ShellWord(f.file)+" --env "+release.ShellWord(saved.Plan.Env))
	}
	a.env, f.saved = saved.Plan.Env, saved.Plan
	return nil
}

func (a *app) loadSaved(file string) (savedPlan, error) {
	bad := func(what string) (savedPlan, error) {
		return savedPlan{}, usage(fmt.Sprintf("%s %s", file, what), "readme-ops plan --out "+release.ShellWord(file))
	}
	in, err := os.Open(a.path(file))
	if errors.Is(err, fs.ErrNotExist) {
		return bad("does not exist")
	}
	if err != nil {
		return bad("cannot be read: " + err.Error())
	}
	defer func() { _ = in.Close() }()
	raw, err := io.ReadAll(io.LimitReader(in, maxSaved))
	if err != nil {
		return bad("cannot be read: " + err.Error())
	}
	var head struct {
		Version *int   `json:"readme_ops_plan"`
		Program string `json:"program"`
	}
	switch err := json.Unmarshal(raw, &head); {
	case err != nil || head.Version == nil:
		return bad("is no plan that `readme-ops plan --out` has saved")
	case *head.Version != savedVersion:
		return bad(fmt.Sprintf("is of version %d, and this readme-ops reads version %d: it was saved by readme-ops %s", *head.Version, savedVersion, release.Printable(head.Program)))
	}
	var saved savedPlan
	strict := json.NewDecoder(bytes.NewReader(raw))
	strict.DisallowUnknownFields()
	if err := strict.Decode(&saved); err != nil {
		return bad("cannot be understood: " + strings.TrimPrefix(err.Error(), "json: "))
	}
	if saved.Plan == nil || saved.Plan.Env == "" || saved.Plan.Purpose != "" {
		return bad("holds no plan of a release")
	}
	if now := plan.Digest(*saved.Plan); now != saved.Plan.Digest {
		return savedPlan{}, &release.Fault{
			Title:  "the plan in " + file + " is not the one that was saved",
			Detail: "its content does not fit its digest: it was changed, or another readme-ops made it (" + release.Printable(saved.Program) + ")",
			Evidence: []release.Evidence{{Label: "digests", Lines: []string{
				"in the file " + release.Printable(saved.Plan.Digest), "of its plan " + now,
			}}},
			Try: "readme-ops plan --env " + release.ShellWord(saved.Plan.Env) + " --out " + release.ShellWord(file), Exit: release.ExitApproval,
		}
	}
	return saved, nil
}

// overtaken refuses a saved plan that is not what would run now.
func overtaken(now release.Plan, f gateFlags) error {
	if f.saved == nil || f.saved.Digest == now.Digest {
		return nil
	}
	return &release.Fault{
		Title:    "the world has moved since the plan was saved",
		Detail:   "nothing was changed; make the plan anew, and read it",
		Evidence: []release.Evidence{{Label: "what differs", Lines: plan.Difference(*f.saved, now)}},
		Try:      "readme-ops plan --env " + now.Env + " --out " + release.ShellWord(f.file), Exit: release.ExitApproval,
	}
}
