package steps

import (
	"context"
	"encoding/json"
	"fmt"

	"readme/cli/engine"
	"readme/cli/plan"
	"readme/cli/release"
)

// bucket makes the storage bucket or puts it right.
type bucket struct{ w *World }

func (a bucket) Do(ctx context.Context, t *engine.Task) (release.StepDone, error) {
	var in plan.BucketInputs
	if err := json.Unmarshal(t.Step.Inputs, &in); err != nil {
		return release.StepDone{}, err
	}
	is, err := a.w.Buckets.Bucket(ctx, in.Name)
	if err != nil {
		return release.StepDone{}, bucketFault(in, "cannot be read", err)
	}
	if now := plan.BucketPrecondition(is); now != t.Step.Precondition {
		return release.StepDone{}, a.w.overtaken(t.Step, now)
	}
	if err := t.Intent("bring bucket "+in.Name+" in line", in); err != nil {
		return release.StepDone{}, err
	}
	text := "created"
	if is.Found {
		text, err = "put right", a.w.Buckets.UpdateBucket(ctx, in)
	} else {
		err = a.w.Buckets.CreateBucket(ctx, in)
	}
	if err != nil {
		return release.StepDone{}, bucketFault(in, "was refused", err)
	}
	now, err := a.w.Buckets.Bucket(ctx, in.Name)
	if err != nil {
		return release.StepDone{}, bucketFault(in, "cannot be read back", err)
	}
	if want := wanted(in); !want.Equal(now) {
		return release.StepDone{}, &release.Fault{
			Title:  "bucket " + in.Name + " is not as it should be",
			Detail: "it was written without an error and reads back otherwise",
			Evidence: []release.Evidence{{Label: "expected, and found", Lines: []string{
				fmt.Sprintf("expected %+v", want), fmt.Sprintf("found    %+v", now),
			}}},
			Try: "readme-ops doctor",
		}
	}
	return release.StepDone{Text: text}, nil
}

func wanted(in plan.BucketInputs) plan.Bucket {
	return plan.Bucket{Found: true, Public: in.Public, MaxSize: in.MaxSize, Types: in.Types}
}

// Reconcile reads the bucket, for as long as a read may be late: one that is as it should be was brought in line.
func (a bucket) Reconcile(ctx context.Context, t *engine.Task, was engine.Was) (release.StepDone, bool, error) {
	var in plan.BucketInputs
	if err := json.Unmarshal(t.Step.Inputs, &in); err != nil || len(was.Intents) == 0 {
		return release.StepDone{}, false, err
	}
	found, err := a.w.seek(ctx, t, func(ctx context.Context) (string, error) {
		is, err := a.w.Buckets.Bucket(ctx, in.Name)
		if err != nil || !wanted(in).Equal(is) {
			return "", err
		}
		return in.Name, nil
	})
	if err != nil {
		return release.StepDone{}, false, bucketFault(in, "cannot be read", err)
	}
	text := "put right"
	if t.Step.Change == release.ChangeCreate {
		text = "created"
	}
	return release.StepDone{Text: text}, found != "", nil
}

// Undo leaves the bucket, which may hold books by now, and says so if this run changed it.
func (a bucket) Undo(ctx context.Context, t *engine.Task, _ engine.Was) (release.StepDone, error) {
	var in plan.BucketInputs
	if err := json.Unmarshal(t.Step.Inputs, &in); err != nil {
		return release.StepDone{}, err
	}
	if is, err := a.w.Buckets.Bucket(ctx, in.Name); err == nil && plan.BucketPrecondition(is) == t.Step.Precondition {
		return release.StepDone{Text: "is as it was"}, nil
	}
	return release.StepDone{Text: "stays", Kept: t.Step.Title}, nil
}

func bucketFault(in plan.BucketInputs, what string, err error) error {
	return keep(err, func() *release.Fault {
		return &release.Fault{
			Title: "bucket " + in.Name + " " + what, Detail: err.Error(), Evidence: evidenceOf(err),
			Try: "readme-ops doctor", Cause: err,
		}
	})
}
