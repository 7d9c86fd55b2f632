package steps_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"readme/cli/box/fault"
	emulator "readme/cli/box/supabase"
	"readme/cli/plan"
	"readme/cli/provider/providertest"
	"readme/cli/provider/supabase"
	"readme/cli/release"
	"readme/cli/steps"
)

func books() plan.BucketInputs {
	return plan.BucketInputs{Name: "books", MaxSize: 50 << 20, Types: []string{"application/pdf"}}
}

// atSupabase is the storage of an emulated Supabase.
type atSupabase struct {
	*testing.T
	w       *steps.World
	storage *emulator.Emulator
	tr      *http.Transport
}

func onSupabase(t *testing.T, f func(s *atSupabase)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		e, err := emulator.Open(t.Context(), emulator.Config{Dir: folder(t), SecretKey: "sb_secret_local_1"})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = e.Close(context.Background()) })
		tr := providertest.Serve(t, e.Handler())
		c, err := supabase.New(supabase.Options{Base: "http://box.test", Key: release.NewSecret("sb_secret_local_1"), Transport: tr})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(c.Close)
		f(&atSupabase{t, &steps.World{Buckets: steps.OnSupabase(c)}, e, tr})
	})
}

func read(t *testing.T, w *steps.World) plan.Bucket {
	t.Helper()
	b, err := w.Buckets.Bucket(t.Context(), "books")
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func bucketStep(t *testing.T, w *steps.World, in plan.BucketInputs) release.Step {
	t.Helper()
	return step(t, release.KindBucket, "bucket", plan.BucketPrecondition(read(t, w)), in)
}

func TestBucket_isMadeAndPutRight(t *testing.T) {
	onSupabase(t, func(a *atSupabase) {
		t, w := a.T, a.w
		s := carryOut(t, w, "run-1", []release.Step{bucketStep(t, w, books())})
		exits(t, s, release.ExitDone)
		want := plan.Bucket{Found: true, MaxSize: 50 << 20, Types: []string{"application/pdf"}}
		if diff := cmp.Diff(want, read(t, w)); diff != "" || s.Step("bucket").Text != "created" {
			t.Errorf("%s %s", s.Step("bucket").Text, diff)
		}
		open := books()
		open.Public, open.MaxSize, open.Types = true, 0, nil
		if err := w.Buckets.UpdateBucket(t.Context(), open); err != nil { // somebody opens it in the dashboard
			t.Fatal(err)
		}
		s = carryOut(t, w, "run-2", []release.Step{bucketStep(t, w, books())}, fails)
		exits(t, s, release.ExitSmokeFailed)
		if diff := cmp.Diff(want, read(t, w)); diff != "" || s.Step("bucket").Text != "put right" || s.Step("bucket").Undo.Kept == "" {
			t.Errorf("%+v %s", s.Step("bucket"), diff)
		}
	})
}

func TestBucket_thatWasRefusedIsNotSaidToStay(t *testing.T) {
	onSupabase(t, func(a *atSupabase) {
		t, w := a.T, a.w
		order := bucketStep(t, w, books())
		order.Inputs = []byte(strings.Replace(string(order.Inputs), `"max_size":52428800`, `"max_size":99999999999`, 1))
		s := carryOut(t, w, "run-1", []release.Step{order})
		exits(t, s, release.ExitStepFailed)
		if f := s.Step("bucket").Fault; f == nil || len(f.Evidence) == 0 || !strings.Contains(f.Title, "was refused") {
			t.Errorf("got %+v", f)
		}
		if u := s.Step("bucket").Undo; u.Kept != "" || read(t, w).Found {
			t.Errorf("there is no bucket, and the report says %+v", u)
		}
		_ = a.storage.Faults().Set(fault.Fault{Name: "key-rejected"})
		s = carryOut(t, w, "run-2", []release.Step{order})
		if f := s.Step("bucket").Fault; f == nil || !strings.Contains(f.Title, "cannot be read") {
			t.Errorf("got %+v", f)
		}
	})
}

func TestBucket_refusesAWorldThatHasMoved(t *testing.T) {
	onSupabase(t, func(a *atSupabase) {
		t, w := a.T, a.w
		order := bucketStep(t, w, books())
		other := books()
		other.Types = nil
		if err := w.Buckets.CreateBucket(t.Context(), other); err != nil {
			t.Fatal(err)
		}
		exits(t, carryOut(t, w, "run-1", []release.Step{order}), release.ExitStepFailed)
		if b := read(t, w); len(b.Types) != 0 {
			t.Errorf("it was changed all the same: %+v", b)
		}
	})
}

// liar says yes, and keeps a bucket as it likes.
type liar struct {
	kept plan.Bucket
	gone bool
}

func (l *liar) Bucket(context.Context, string) (plan.Bucket, error) {
	if l.gone {
		return l.kept, nil
	}
	return plan.Bucket{}, nil
}
func (l *liar) CreateBucket(context.Context, plan.BucketInputs) error { l.gone = true; return nil }
func (l *liar) UpdateBucket(context.Context, plan.BucketInputs) error {
	return errors.New("never asked")
}

func TestBucket_isBelievedWhenItReadsBack(t *testing.T) {
	for name, kept := range map[string]plan.Bucket{
		"public":     {Found: true, Public: true, MaxSize: 50 << 20, Types: []string{"application/pdf"}},
		"any size":   {Found: true, Types: []string{"application/pdf"}},
		"any type":   {Found: true, MaxSize: 50 << 20},
		"not at all": {},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := &steps.World{Buckets: &liar{kept: kept}}
				s := carryOut(t, w, "run-1", []release.Step{step(t, release.KindBucket, "bucket", plan.BucketPrecondition(plan.Bucket{}), books())})
				exits(t, s, release.ExitStepFailed)
				if f := s.Step("bucket").Fault; f == nil || !strings.Contains(f.Title, "not as it should be") {
					t.Errorf("got %v", f)
				}
			})
		})
	}
}
